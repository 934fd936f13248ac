-- Deploy studytracker:pending_totals to pg
-- requires: session_topics
-- requires: goal_progress
-- requires: account_deletions

begin;

-- A batch of new sessions changed nearly a row of totals for each session, twice: of the day and of
-- the topic. That was a quarter of its time, and the next batch waited for these rows until the disk
-- had the first one. Now it adds a row with its changes, which excludes nobody:
--
--   - pending_totals has the changes, a row for each account of a statement that adds sessions.
--   - kept_daily_totals and kept_topic_totals are the tables of before. fold_totals moves the
--     pending rows of an account there: when a statement has more than 100 changes, when over 16 rows
--     or 500 changes are pending, before sessions are changed or deleted, and from time to time
--     (totals.fold). So whoever reads totals reads few rows more.
--   - The views daily_totals and topic_totals show both, under the names of before. Their rows are
--     positive, but several can have the same key: a reader sums them.
--
-- Whoever changes kept totals holds a lock of the account until the end of the transaction, so the
-- order in which it changes rows is free. The lock comes after those of topics and sessions: so that
-- no key locks a topic later, the kept totals have no foreign key to topics. topics_guard keeps the
-- topics of sessions, and each total belongs to sessions.

lock table sessions, daily_totals, topic_totals;

drop trigger daily_totals_add on sessions;
drop trigger daily_totals_change on sessions;
drop trigger daily_totals_remove on sessions;
drop trigger daily_totals_truncate on sessions;
drop trigger topic_totals_add on sessions;
drop trigger topic_totals_change on sessions;
drop trigger topic_totals_remove on sessions;
drop trigger topic_totals_truncate on sessions;
drop trigger topic_totals_guard on topic_totals;
drop trigger topic_totals_guard_all on topic_totals;
drop function daily_totals_add();
drop function daily_totals_change();
drop function daily_totals_remove();
drop function daily_totals_truncate();
drop function daily_totals_move(daily_totals);
drop function daily_totals_differences();
drop function topic_totals_add();
drop function topic_totals_change();
drop function topic_totals_remove();
drop function topic_totals_truncate();
drop function topic_totals_move(topic_totals);
drop function topic_totals_guard();
drop function topic_totals_guard_all();
drop function topic_totals_differences();

alter table daily_totals rename to kept_daily_totals;
alter table topic_totals rename to kept_topic_totals;
delete from kept_topic_totals where sessions = 0;
alter table kept_topic_totals
	drop constraint topic_totals_sessions_check,
	drop constraint topic_totals_account_id_topic_id_fkey,
	add check (sessions > 0);
alter table kept_daily_totals drop constraint daily_totals_account_id_topic_id_fkey;

create table pending_totals (
	account_id  bigint not null,
	id          bigint generated always as identity,
	study_dates date[] not null,
	topic_ids   bigint[] not null,
	minutes     bigint[] not null,
	sessions    bigint[] not null,
	primary key (account_id, id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000); -- rows live shortly

create view daily_totals as
select t.account_id, t.study_date, t.topic_id, t.minutes, t.sessions
from kept_daily_totals as t
union all
select p.account_id, u.study_date, u.topic_id, u.minutes, u.sessions
from pending_totals as p
cross join lateral unnest(p.study_dates, p.topic_ids, p.minutes, p.sessions)
	as u (study_date, topic_id, minutes, sessions);

create view topic_totals as
select t.account_id, t.topic_id, t.minutes, t.sessions
from kept_topic_totals as t
union all
select p.account_id, u.topic_id, u.minutes, u.sessions
from pending_totals as p
cross join lateral unnest(p.topic_ids, p.minutes, p.sessions) as u (topic_id, minutes, sessions);

-- Moves the pending totals of an account to the kept ones.
create function fold_totals(account_id bigint) returns void
	language plpgsql
as $$
#variable_conflict use_column
begin
	perform pg_advisory_xact_lock(hashtextextended('totals', fold_totals.account_id));
	with pending as (
		delete from pending_totals as p
		where p.account_id = fold_totals.account_id
		returning p.*
	),
	change as materialized (
		select p.account_id, u.study_date, u.topic_id, sum(u.minutes) as minutes, sum(u.sessions) as sessions
		from pending as p
		cross join lateral unnest(p.study_dates, p.topic_ids, p.minutes, p.sessions)
			as u (study_date, topic_id, minutes, sessions)
		group by p.account_id, u.study_date, u.topic_id
	),
	day as (
		insert into kept_daily_totals as t (account_id, study_date, topic_id, minutes, sessions)
		select c.account_id, c.study_date, c.topic_id, c.minutes, c.sessions
		from change as c
		on conflict (account_id, study_date, topic_id) do update
		set minutes = t.minutes + excluded.minutes, sessions = t.sessions + excluded.sessions
	)
	insert into kept_topic_totals as t (account_id, topic_id, minutes, sessions)
	select c.account_id, c.topic_id, sum(c.minutes), sum(c.sessions)
	from change as c
	group by c.account_id, c.topic_id
	on conflict (account_id, topic_id) do update
	set minutes = t.minutes + excluded.minutes, sessions = t.sessions + excluded.sessions;
end
$$;

-- The same for some accounts, from a random one on: those that nobody else folds now. Returns how many.
create function fold_some_totals(account_limit bigint) returns bigint
	language plpgsql
as $$
declare
	pending_account bigint;
	folded bigint := 0;
begin
	for pending_account in
		select distinct p.account_id
		from pending_totals as p
		where p.account_id >= (
			select trunc(random() * max(l.account_id))::bigint
			from pending_totals as l)
		order by p.account_id
		limit account_limit
	loop
		if pg_try_advisory_xact_lock(hashtextextended('totals', pending_account)) then
			perform fold_totals(pending_account);
			folded := folded + 1;
		end if;
	end loop;
	return folded;
end
$$;

-- Changes the kept totals of a day and of its topic. The caller holds the account by fold_totals.
create function move_totals(change kept_daily_totals) returns void
	language plpgsql
as $$
begin
	update kept_daily_totals as t
	set minutes = t.minutes + change.minutes, sessions = t.sessions + change.sessions
	where t.account_id = change.account_id and t.study_date = change.study_date
		and t.topic_id = change.topic_id and t.sessions + change.sessions > 0;
	if not found then
		delete from kept_daily_totals as t -- it has lost its last session
		where t.account_id = change.account_id and t.study_date = change.study_date
			and t.topic_id = change.topic_id;
		if not found then
			insert into kept_daily_totals values (change.*);
		end if;
	end if;
	update kept_topic_totals as t
	set minutes = t.minutes + change.minutes, sessions = t.sessions + change.sessions
	where t.account_id = change.account_id and t.topic_id = change.topic_id
		and t.sessions + change.sessions > 0;
	if not found then
		delete from kept_topic_totals as t
		where t.account_id = change.account_id and t.topic_id = change.topic_id;
		if not found then
			insert into kept_topic_totals
			values (change.account_id, change.topic_id, change.minutes, change.sessions);
		end if;
	end if;
end
$$;

-- Fails if there is no such topic. A statement does not lock a row that it has changed itself, so a topic
-- that a lock does not find may be there.
create function require_topic(account_id bigint, topic_id bigint) returns boolean
	language plpgsql
as $$
begin
	if not exists (select from topics as t where t.account_id = $1 and t.id = $2) then
		raise foreign_key_violation using table = 'sessions', schema = 'public',
			message = format('sessions: account %s has no topic %s', $1, $2);
	end if;
	return true;
end
$$;

-- The foreign key from sessions to topics, checked once for each topic of a statement: the topics
-- exist, and nobody deletes them before the transaction ends.
create function hold_topics(account_ids bigint[], topic_ids bigint[]) returns void
	language plpgsql
as $$
begin
	perform coalesce(t.is_there, require_topic(k.account_id, k.topic_id))
	from unnest(account_ids, topic_ids) as k (account_id, topic_id)
	left join lateral (
		select true as is_there
		from topics as t
		where t.account_id = k.account_id and t.id = k.topic_id
		limit 1
		for key share
	) as t on true;
end
$$;

-- The other side of that key. A snapshot of the whole transaction would not show sessions that others
-- have committed since.
create function topics_guard() returns trigger
	language plpgsql
as $$
begin
	if current_setting('transaction_isolation') <> 'read committed' then
		raise foreign_key_violation using table = 'topics', schema = 'public',
			message = 'topics: rows are deleted in READ COMMITTED only';
	elsif topic_has_rows_now(old.account_id, old.id) then
		raise foreign_key_violation using table = 'topics', schema = 'public',
			message = format('topics: topic %s of account %s has sessions', old.id, old.account_id);
	end if;
	return null;
end
$$;

create function topics_guard_all() returns trigger
	language plpgsql
as $$
begin
	if exists (select from sessions) then
		raise foreign_key_violation using table = 'topics', schema = 'public',
			message = 'topics: there are sessions';
	end if;
	return null;
end
$$;

create trigger topics_guard after delete or update of account_id, id on topics
	for each row execute function topics_guard();
create trigger topics_guard_all after truncate on topics
	for each statement execute function topics_guard_all();

-- Deleted sessions count nowhere: this function and totals_change say so. One statement does it all,
-- because a statement of a trigger costs as much as some rows. Our statements have locked the topics
-- already; those of others have not.
create function totals_add() returns trigger
	language plpgsql
as $$
declare
	full_accounts bigint[];
	full_account bigint;
begin
	with added as (
		insert into pending_totals as p (account_id, study_dates, topic_ids, minutes, sessions)
		select s.account_id, array_agg(s.study_date), array_agg(s.topic_id), array_agg(s.minutes),
			array_agg(s.sessions)
		from (
			select s.account_id, s.study_date, s.topic_id,
				sum(s.duration_minutes) filter (where s.deleted_at is null) as minutes,
				nullif(count(*) filter (where s.deleted_at is null), 0) as sessions
			from new_sessions as s
			group by s.account_id, s.study_date, s.topic_id
		) as s
		left join lateral (
			select true as is_there
			from topics as t
			where t.account_id = s.account_id and t.id = s.topic_id
			limit 1
			for key share
		) as t on true
		where case when coalesce(t.is_there, require_topic(s.account_id, s.topic_id)) then s.sessions > 0 end
		group by s.account_id
		returning p.account_id, (
			select count(*) >= 16 or cardinality(p.topic_ids) > 100
				or coalesce(sum(cardinality(o.topic_ids)), 0) + cardinality(p.topic_ids) > 500
			from pending_totals as o
			where o.account_id = p.account_id) as is_full
	)
	select array_agg(a.account_id order by a.account_id) into full_accounts
	from added as a
	where a.is_full;
	foreach full_account in array coalesce(full_accounts, '{}') loop
		perform fold_totals(full_account);
	end loop;
	return null;
end
$$;

create function totals_change() returns trigger
	language plpgsql
as $$
declare
	change kept_daily_totals;
	held bigint;
begin
	perform hold_topics(array_agg(s.account_id), array_agg(s.topic_id))
	from (
		select s.account_id, s.topic_id
		from new_sessions as s
		except
		select s.account_id, s.topic_id
		from old_sessions as s
		order by account_id, topic_id
	) as s;
	for change in
		select s.account_id, s.study_date, s.topic_id, sum(s.minutes), sum(s.sessions)
		from (
			select n.account_id, n.study_date, n.topic_id, n.duration_minutes as minutes, 1 as sessions
			from new_sessions as n
			where n.deleted_at is null
			union all
			select o.account_id, o.study_date, o.topic_id, -o.duration_minutes, -1
			from old_sessions as o
			where o.deleted_at is null
		) as s
		group by s.account_id, s.study_date, s.topic_id
		having sum(s.minutes) <> 0 or sum(s.sessions) <> 0
		order by s.account_id
	loop
		if change.account_id is distinct from held then
			held := change.account_id;
			perform fold_totals(held);
		end if;
		perform move_totals(change);
	end loop;
	return null;
end
$$;

create function totals_remove() returns trigger
	language plpgsql
as $$
declare
	change kept_daily_totals;
	held bigint;
begin
	for change in
		select s.account_id, s.study_date, s.topic_id, -sum(s.duration_minutes), -count(*)
		from old_sessions as s
		where s.deleted_at is null
		group by s.account_id, s.study_date, s.topic_id
		order by s.account_id
	loop
		if change.account_id is distinct from held then
			held := change.account_id;
			perform fold_totals(held);
		end if;
		perform move_totals(change);
	end loop;
	return null;
end
$$;

create function totals_truncate() returns trigger
	language plpgsql
as $$
begin
	truncate pending_totals, kept_daily_totals, kept_topic_totals;
	return null;
end
$$;

create trigger totals_add after insert on sessions
	referencing new table as new_sessions
	for each statement execute function totals_add();
create trigger totals_change after update on sessions
	referencing old table as old_sessions new table as new_sessions
	for each statement execute function totals_change();
create trigger totals_remove after delete on sessions
	referencing old table as old_sessions
	for each statement execute function totals_remove();
create trigger totals_truncate after truncate on sessions
	for each statement execute function totals_truncate();

-- Every difference between the totals and a full recount: none, ever.
create function daily_totals_differences()
	returns table (account_id bigint, study_date date, topic_id bigint, kept_minutes bigint,
		kept_sessions bigint, counted_minutes bigint, counted_sessions bigint)
	language sql stable
	begin atomic
		select account_id, study_date, topic_id, kept.minutes, kept.sessions, counted.minutes,
			counted.sessions
		from (
			select t.account_id, t.study_date, t.topic_id, sum(t.minutes)::bigint as minutes,
				sum(t.sessions)::bigint as sessions
			from daily_totals as t
			group by t.account_id, t.study_date, t.topic_id
		) as kept
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

create function topic_totals_differences()
	returns table (account_id bigint, topic_id bigint, kept_minutes bigint, kept_sessions bigint,
		counted_minutes bigint, counted_sessions bigint)
	language sql stable
	begin atomic
		select account_id, topic_id, kept.minutes, kept.sessions, counted.minutes, counted.sessions
		from (
			select t.account_id, t.topic_id, sum(t.minutes)::bigint as minutes,
				sum(t.sessions)::bigint as sessions
			from topic_totals as t
			group by t.account_id, t.topic_id
		) as kept
		full join (
			select s.account_id, s.topic_id, sum(s.duration_minutes) as minutes, count(*) as sessions
			from sessions as s
			where s.deleted_at is null
			group by s.account_id, s.topic_id
		) as counted using (account_id, topic_id)
		where (kept.minutes, kept.sessions) is distinct from (counted.minutes, counted.sessions)
		order by account_id, topic_id;
	end;

-- As before, with pending minutes.
create or replace function goal_minutes_this_week(account_id bigint, topic_ids bigint[]) returns integer
	language sql stable strict
	begin atomic
		select case when $2 <> '{}' then coalesce(sum(t.minutes), 0)::integer end
		from account_today($1) as d (today)
		cross join generate_series(0, 6) as n
		left join lateral (
			select t.minutes
			from daily_totals as t
			where t.account_id = $1 and t.study_date = account_week($1, d.today) + n
				and t.topic_id = any ($2)
		) as t on true;
	end;

-- As before, with the tables of now.
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
			(6, 'sessions', null, '{}'),
			(7, 'attendances', null, '{}'),
			(8, 'action_items', null, '{}'),
			(9, 'energy_checkins', null, '{}'),
			(10, 'learnings', null, '{}'),
			(11, 'feedback', null, '{}'),
			(12, 'meetings', null, '{}'),
			(13, 'tasks', null, '{}'),
			(14, 'milestones', null, '{}'),
			(15, 'goals', 'parent_goal_id', '{}'),
			(16, 'skill_progress', null, '{}'),
			(17, 'skill_projects', null, '{}'),
			(18, 'skills', null, '{}'),
			(19, 'people', null, '{}'),
			(20, 'organizations', null, '{}'),
			(21, 'projects', null, '{}'),
			(22, 'tags', null, '{}'),
			(23, 'topics', 'merged_into', '{}'),
			(24, 'pending_totals', null, '{}'), -- after topics: no session comes any more
			(25, 'kept_daily_totals', null, '{}'),
			(26, 'kept_topic_totals', null, '{}'),
			(27, 'security_events', null, '{}')) as t (place, name, self_link, omitted);
	end;

-- As before, without totals: they are sums of the sessions, which an export has.
create or replace function export_tables() returns table (place integer, member text, name text, omitted text[])
	language sql immutable parallel safe
	begin atomic
		select 0, 'account', 'accounts', '{}'::text[]
		union all
		select (1 + max(t.place) over () - t.place)::integer, t.name, t.name, t.omitted
		from account_tables() as t
		where t.name not like '%\_totals'
		order by 1;
	end;

commit;
