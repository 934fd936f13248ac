-- Deploy studytracker:daily_totals to pg
-- requires: sessions

begin;

-- Minutes and live sessions of each day and topic, kept in the transaction that changes sessions,
-- so that statistics cost the number of days and topics. Nobody else writes here.
create table daily_totals (
	account_id bigint not null,
	study_date date not null,
	topic_id   bigint not null,
	minutes    bigint not null,
	sessions   bigint not null check (sessions > 0),
	primary key (account_id, study_date, topic_id),
	foreign key (account_id, topic_id) references topics,
	check (minutes between sessions and sessions * 1440)
) with (fillfactor = 70); -- changed in place all day long

-- Deleted sessions count nowhere: this is the one place that says so. Rows are touched in key
-- order, or two transactions could wait for each other.
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

-- What was there before. Nothing writes meanwhile: the triggers' locks exclude it.
insert into daily_totals (account_id, study_date, topic_id, minutes, sessions)
select account_id, study_date, topic_id, sum(duration_minutes), count(*)
from sessions
where deleted_at is null
group by account_id, study_date, topic_id;

-- Every difference between what is kept and a full recount: none, ever.
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

-- Live sessions of a topic. Volatile, and so with a snapshot of its own: called with the topic's
-- row locked, it counts what others had committed by then.
create function topic_sessions_now(account_id bigint, topic_id bigint) returns bigint
	language sql volatile strict
	begin atomic
		select coalesce(sum(t.sessions), 0)::bigint
		from daily_totals as t
		where t.account_id = $1 and t.topic_id = $2;
	end;

commit;
