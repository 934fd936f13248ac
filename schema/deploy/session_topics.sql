-- Deploy studytracker:session_topics to pg
-- requires: topic_totals
-- requires: namesakes

begin;

-- The foreign key from sessions to topics was checked for each row, which took 12 % of a batch. Now
-- topic_totals guards the topics of sessions, once for each topic of a statement:
--
--   - Each topic with sessions, also with deleted ones, has a row in topic_totals. The triggers of
--     sessions write this row whenever the topic gets a session.
--   - The row stays as long as the topic has sessions: topic_totals_guard.
--   - The row has a real foreign key to topics, so the topic stays, too.
--
-- A transaction that adds a session, or deletes the row, holds the row's lock until its end. So the
-- second of two such transactions waits for the first one, and sees what it did. A deletion with an
-- old snapshot (REPEATABLE READ) fails, because the row has changed since.

lock table sessions, topic_totals;

alter table topic_totals drop constraint topic_totals_sessions_check;
alter table topic_totals add check (sessions >= 0);

-- The topics that have deleted sessions only.
insert into topic_totals (account_id, topic_id, minutes, sessions)
select distinct s.account_id, s.topic_id, 0, 0
from sessions as s
where s.deleted_at is not null
on conflict (account_id, topic_id) do nothing;

-- Whether the topic has sessions, also deleted ones. Volatile, and so with a snapshot of its own:
-- called with the topic's row in topic_totals locked, it sees what others had committed by then.
create function topic_has_rows_now(account_id bigint, topic_id bigint) returns boolean
	language sql volatile strict
	begin atomic
		select exists (
				select
				from sessions as s
				where s.account_id = $1 and s.topic_id = $2 and s.deleted_at is null
			)
			or exists (
				select
				from sessions as s
				where s.account_id = $1 and s.topic_id = $2 and s.deleted_at is not null
			);
	end;

create or replace function topic_totals_add() returns trigger
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

create or replace function topic_totals_move(change topic_totals) returns void
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

create or replace function topic_totals_change() returns trigger
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

create or replace function topic_totals_remove() returns trigger
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

create trigger topic_totals_guard after delete or update of account_id, topic_id on topic_totals
	for each row execute function topic_totals_guard();
create trigger topic_totals_guard_all after truncate on topic_totals
	for each statement execute function topic_totals_guard_all();

alter table sessions drop constraint sessions_account_id_topic_id_fkey;

-- As before, also with the topics that have deleted sessions only.
create or replace function topic_totals_differences()
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

commit;
