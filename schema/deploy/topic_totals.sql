-- Deploy studytracker:topic_totals to pg
-- requires: daily_totals
-- requires: account_rows

begin;

-- Minutes and live sessions of each topic, kept like daily_totals, so that the totals of an account
-- cost the number of its topics, not of its days. Only the triggers below write here. They run after
-- those of daily_totals, in the order of their names, so every transaction locks rows of daily_totals
-- first.
create table topic_totals (
	account_id bigint not null,
	topic_id   bigint not null,
	minutes    bigint not null,
	sessions   bigint not null check (sessions > 0),
	primary key (account_id, topic_id),
	foreign key (account_id, topic_id) references topics,
	check (minutes between sessions and sessions * 1440)
) with (fillfactor = 50); -- each session changes a row in place

create function topic_totals_add() returns trigger
	language plpgsql as $$
begin
	insert into topic_totals as t (account_id, topic_id, minutes, sessions)
	select account_id, topic_id, sum(duration_minutes), count(*)
	from new_sessions
	where deleted_at is null
	group by account_id, topic_id
	order by account_id, topic_id
	on conflict (account_id, topic_id) do update
	set minutes = t.minutes + excluded.minutes, sessions = t.sessions + excluded.sessions;
	return null;
end
$$;

create function topic_totals_move(change topic_totals) returns void
	language plpgsql as $$
declare
	kept topic_totals;
begin
	select * into kept
	from topic_totals as t
	where t.account_id = change.account_id and t.topic_id = change.topic_id
	for update;
	if not found then
		insert into topic_totals as t
		values (change.account_id, change.topic_id, change.minutes, change.sessions)
		on conflict (account_id, topic_id) do update
		set minutes = t.minutes + excluded.minutes, sessions = t.sessions + excluded.sessions;
	elsif kept.sessions + change.sessions = 0 then
		delete from topic_totals as t
		where t.account_id = change.account_id and t.topic_id = change.topic_id;
	else
		update topic_totals as t
		set minutes = t.minutes + change.minutes, sessions = t.sessions + change.sessions
		where t.account_id = change.account_id and t.topic_id = change.topic_id;
	end if;
end
$$;

create function topic_totals_change() returns trigger
	language plpgsql as $$
declare
	change topic_totals;
begin
	for change in
		select account_id, topic_id, sum(minutes), sum(sessions)
		from (
			select account_id, topic_id, duration_minutes as minutes, 1 as sessions
			from new_sessions where deleted_at is null
			union all
			select account_id, topic_id, -duration_minutes, -1
			from old_sessions where deleted_at is null
		) as changes
		group by account_id, topic_id
		having sum(minutes) <> 0 or sum(sessions) <> 0
		order by account_id, topic_id
	loop
		perform topic_totals_move(change);
	end loop;
	return null;
end
$$;

create function topic_totals_remove() returns trigger
	language plpgsql as $$
declare
	change topic_totals;
begin
	for change in
		select account_id, topic_id, -sum(duration_minutes), -count(*)
		from old_sessions
		where deleted_at is null
		group by account_id, topic_id
		order by account_id, topic_id
	loop
		perform topic_totals_move(change);
	end loop;
	return null;
end
$$;

create function topic_totals_truncate() returns trigger
	language plpgsql as $$
begin
	truncate topic_totals;
	return null;
end
$$;

create trigger topic_totals_add after insert on sessions
	referencing new table as new_sessions
	for each statement execute function topic_totals_add();
create trigger topic_totals_change after update on sessions
	referencing old table as old_sessions new table as new_sessions
	for each statement execute function topic_totals_change();
create trigger topic_totals_remove after delete on sessions
	referencing old table as old_sessions
	for each statement execute function topic_totals_remove();
create trigger topic_totals_truncate after truncate on sessions
	for each statement execute function topic_totals_truncate();

-- What was there before. Nothing writes meanwhile: the triggers' locks exclude it.
insert into topic_totals (account_id, topic_id, minutes, sessions)
select account_id, topic_id, sum(minutes), sum(sessions)
from daily_totals
group by account_id, topic_id;

-- Every difference between what is kept and a full recount.
create function topic_totals_differences()
	returns table (account_id bigint, topic_id bigint, kept_minutes bigint, kept_sessions bigint,
		counted_minutes bigint, counted_sessions bigint)
	language sql stable
	begin atomic
		select account_id, topic_id, kept.minutes, kept.sessions, counted.minutes, counted.sessions
		from topic_totals as kept
		full join (
			select s.account_id, s.topic_id, sum(s.duration_minutes) as minutes, count(*) as sessions
			from sessions as s
			where s.deleted_at is null
			group by s.account_id, s.topic_id
		) as counted using (account_id, topic_id)
		where (kept.minutes, kept.sessions) is distinct from (counted.minutes, counted.sessions)
		order by account_id, topic_id;
	end;

-- As before, with the new table.
create or replace function account_tables() returns table (place integer, name text, self_link text, omitted text[])
	language sql immutable parallel safe
	begin atomic
		select t.place, t.name, t.self_link, t.omitted
		from (values
			(1, 'account_passwords', null, '{hash,renewed_from}'::text[]),
			(2, 'identities', null, '{}'),
			(3, 'tokens', null, '{hash}'),
			(4, 'logins', null, '{session_hash,refresh_id}'),
			(5, 'idempotency_keys', null, '{fingerprint}'),
			(6, 'sessions', null, '{}'), -- before the totals, which its trigger changes
			(7, 'daily_totals', null, '{}'),
			(8, 'topic_totals', null, '{}'),
			(9, 'attendances', null, '{}'),
			(10, 'action_items', null, '{}'),
			(11, 'energy_checkins', null, '{}'),
			(12, 'learnings', null, '{}'),
			(13, 'feedback', null, '{}'),
			(14, 'meetings', null, '{}'),
			(15, 'tasks', null, '{}'),
			(16, 'milestones', null, '{}'),
			(17, 'goals', 'parent_goal_id', '{}'),
			(18, 'skill_progress', null, '{}'),
			(19, 'skill_projects', null, '{}'),
			(20, 'skills', null, '{}'),
			(21, 'people', null, '{}'),
			(22, 'organizations', null, '{}'),
			(23, 'projects', null, '{}'),
			(24, 'tags', null, '{}'),
			(25, 'topics', 'merged_into', '{}'),
			(26, 'security_events', null, '{}')) as t (place, name, self_link, omitted);
	end;

commit;
