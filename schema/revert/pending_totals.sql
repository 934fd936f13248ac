-- Revert studytracker:pending_totals from pg

begin;

lock table sessions, pending_totals, kept_daily_totals, kept_topic_totals;

select fold_totals(p.account_id) from (select distinct account_id from pending_totals) as p;

drop trigger totals_add on sessions;
drop trigger totals_change on sessions;
drop trigger totals_remove on sessions;
drop trigger totals_truncate on sessions;
drop trigger topics_guard on topics;
drop trigger topics_guard_all on topics;
drop function totals_add();
drop function totals_change();
drop function totals_remove();
drop function totals_truncate();
drop function topics_guard();
drop function topics_guard_all();
drop function hold_topics(bigint[], bigint[]);
drop function require_topic(bigint, bigint);
drop function move_totals(kept_daily_totals);
drop function fold_some_totals(bigint);
drop function fold_totals(bigint);
drop function daily_totals_differences();
drop function topic_totals_differences();

create or replace function goal_minutes_this_week(account_id bigint, topic_ids bigint[]) returns integer
	language sql stable strict
	begin atomic
		select case when $2 <> '{}' then coalesce(sum(t.minutes), 0)::integer end
		from account_today($1) as d (today)
		cross join generate_series(0, 6) as n
		left join lateral (
			select t.minutes
			from kept_daily_totals as t
			where t.account_id = $1 and t.study_date = account_week($1, d.today) + n
				and t.topic_id = any ($2)
		) as t on true;
	end;

drop view daily_totals;
drop view topic_totals;
drop table pending_totals;
alter table kept_daily_totals rename to daily_totals;
alter table kept_topic_totals rename to topic_totals;

alter table topic_totals drop constraint kept_topic_totals_sessions_check;
alter table topic_totals add check (sessions >= 0), add foreign key (account_id, topic_id) references topics;
alter table daily_totals add foreign key (account_id, topic_id) references topics;
insert into topic_totals (account_id, topic_id, minutes, sessions)
select distinct s.account_id, s.topic_id, 0, 0
from sessions as s
where s.deleted_at is not null
on conflict (account_id, topic_id) do nothing;

create function daily_totals_add() returns trigger
	language plpgsql as $$
begin
	insert into daily_totals as t (account_id, study_date, topic_id, minutes, sessions)
	select account_id, study_date, topic_id, sum(duration_minutes), count(*)
	from new_sessions
	where deleted_at is null
	group by account_id, study_date, topic_id
	order by account_id, study_date, topic_id
	on conflict (account_id, study_date, topic_id) do update
	set minutes = t.minutes + excluded.minutes, sessions = t.sessions + excluded.sessions;
	return null;
end
$$;

create function daily_totals_move(change daily_totals) returns void
	language plpgsql as $$
declare
	kept daily_totals;
begin
	select * into kept
	from daily_totals as t
	where t.account_id = change.account_id and t.study_date = change.study_date
		and t.topic_id = change.topic_id
	for update;
	if not found then
		insert into daily_totals as t
		values (change.account_id, change.study_date, change.topic_id, change.minutes, change.sessions)
		on conflict (account_id, study_date, topic_id) do update
		set minutes = t.minutes + excluded.minutes, sessions = t.sessions + excluded.sessions;
	elsif kept.sessions + change.sessions = 0 then
		delete from daily_totals as t
		where t.account_id = change.account_id and t.study_date = change.study_date
			and t.topic_id = change.topic_id;
	else
		update daily_totals as t
		set minutes = t.minutes + change.minutes, sessions = t.sessions + change.sessions
		where t.account_id = change.account_id and t.study_date = change.study_date
			and t.topic_id = change.topic_id;
	end if;
end
$$;

create function daily_totals_change() returns trigger
	language plpgsql as $$
declare
	change daily_totals;
begin
	for change in
		select account_id, study_date, topic_id, sum(minutes), sum(sessions)
		from (
			select account_id, study_date, topic_id, duration_minutes as minutes, 1 as sessions
			from new_sessions where deleted_at is null
			union all
			select account_id, study_date, topic_id, -duration_minutes, -1
			from old_sessions where deleted_at is null
		) as changes
		group by account_id, study_date, topic_id
		having sum(minutes) <> 0 or sum(sessions) <> 0
		order by account_id, study_date, topic_id
	loop
		perform daily_totals_move(change);
	end loop;
	return null;
end
$$;

create function daily_totals_remove() returns trigger
	language plpgsql as $$
declare
	change daily_totals;
begin
	for change in
		select account_id, study_date, topic_id, -sum(duration_minutes), -count(*)
		from old_sessions
		where deleted_at is null
		group by account_id, study_date, topic_id
		order by account_id, study_date, topic_id
	loop
		perform daily_totals_move(change);
	end loop;
	return null;
end
$$;

create function daily_totals_truncate() returns trigger
	language plpgsql as $$
begin
	truncate daily_totals;
	return null;
end
$$;

create function daily_totals_differences()
	returns table (account_id bigint, study_date date, topic_id bigint, kept_minutes bigint,
		kept_sessions bigint, counted_minutes bigint, counted_sessions bigint)
	language sql stable
	begin atomic
		select account_id, study_date, topic_id, kept.minutes, kept.sessions, counted.minutes,
			counted.sessions
		from daily_totals as kept
		full join (
			select s.account_id, s.study_date, s.topic_id, sum(s.duration_minutes) as minutes,
				count(*) as sessions
			from sessions as s
			where s.deleted_at is null
			group by s.account_id, s.study_date, s.topic_id
		) as counted using (account_id, study_date, topic_id)
		where (kept.minutes, kept.sessions) is distinct from (counted.minutes, counted.sessions)
		order by account_id, study_date, topic_id;
	end;

create function topic_totals_add() returns trigger
	language plpgsql as $$
begin
	insert into topic_totals as t (account_id, topic_id, minutes, sessions)
	select account_id, topic_id, coalesce(sum(duration_minutes) filter (where deleted_at is null), 0),
		count(*) filter (where deleted_at is null)
	from new_sessions
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
	is_empty boolean := false;
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
		return;
	end if;
	if kept.sessions + change.sessions = 0 then
		is_empty := not topic_has_rows_now(change.account_id, change.topic_id);
	end if;
	if is_empty then
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
			select account_id, topic_id, 1 as rows,
				case when deleted_at is null then duration_minutes else 0 end as minutes,
				case when deleted_at is null then 1 else 0 end as sessions
			from new_sessions
			union all
			select account_id, topic_id, -1, case when deleted_at is null then -duration_minutes else 0 end,
				case when deleted_at is null then -1 else 0 end
			from old_sessions
		) as changes
		group by account_id, topic_id
		having sum(rows) <> 0 or sum(minutes) <> 0 or sum(sessions) <> 0
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
		select account_id, topic_id, -coalesce(sum(duration_minutes) filter (where deleted_at is null), 0),
			-count(*) filter (where deleted_at is null)
		from old_sessions
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

create function topic_totals_guard() returns trigger
	language plpgsql as $$
begin
	if topic_has_rows_now(old.account_id, old.topic_id) then
		raise foreign_key_violation using message = 'topic_totals: the topic has sessions',
			table = 'topic_totals', schema = 'public';
	end if;
	return null;
end
$$;

create function topic_totals_guard_all() returns trigger
	language plpgsql as $$
begin
	if exists (select from sessions) then
		raise foreign_key_violation using message = 'topic_totals: there are sessions',
			table = 'topic_totals', schema = 'public';
	end if;
	return null;
end
$$;

create function topic_totals_differences()
	returns table (account_id bigint, topic_id bigint, kept_minutes bigint, kept_sessions bigint,
		counted_minutes bigint, counted_sessions bigint)
	language sql stable
	begin atomic
		select account_id, topic_id, kept.minutes, kept.sessions, counted.minutes, counted.sessions
		from topic_totals as kept
		full join (
			select s.account_id, s.topic_id,
				coalesce(sum(s.duration_minutes) filter (where s.deleted_at is null), 0) as minutes,
				count(*) filter (where s.deleted_at is null) as sessions
			from sessions as s
			group by s.account_id, s.topic_id
		) as counted using (account_id, topic_id)
		where (kept.minutes, kept.sessions) is distinct from (counted.minutes, counted.sessions)
		order by account_id, topic_id;
	end;

create trigger daily_totals_add after insert on sessions
	referencing new table as new_sessions
	for each statement execute function daily_totals_add();
create trigger daily_totals_change after update on sessions
	referencing old table as old_sessions new table as new_sessions
	for each statement execute function daily_totals_change();
create trigger daily_totals_remove after delete on sessions
	referencing old table as old_sessions
	for each statement execute function daily_totals_remove();
create trigger daily_totals_truncate after truncate on sessions
	for each statement execute function daily_totals_truncate();
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
create trigger topic_totals_guard after delete or update of account_id, topic_id on topic_totals
	for each row execute function topic_totals_guard();
create trigger topic_totals_guard_all after truncate on topic_totals
	for each statement execute function topic_totals_guard_all();

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

create or replace function export_tables() returns table (place integer, member text, name text, omitted text[])
	language sql immutable parallel safe
	begin atomic
		select 0, 'account', 'accounts', '{}'::text[]
		union all
		select (1 + max(t.place) over () - t.place)::integer, t.name, t.name, t.omitted
		from account_tables() as t
		order by 1;
	end;

commit;
