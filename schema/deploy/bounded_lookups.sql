-- Deploy studytracker:bounded_lookups to pg
-- requires: key_lookup
-- requires: namesakes

begin;

-- A connection may plan a statement while a table is empty and keep the plan. To such a plan all indexes
-- cost the same, and so does a join that reads a whole index. The forms below leave the planner no choice:
--
--   a row to change    insert … on conflict (key) do update: looks only into the index of that key
--   a row to delete    ctid = any (array(…)): no index has the ctid, so nothing else is read
--   a name             "account_id + 0" is a column of no other index

-- Finds topics by their name. Deleted ones are not in it.
drop index topics_live_key;
create index topics_live_key on topics ((account_id + 0), name_key, id) where deleted_at is null;

create or replace function topic_of_key_now(account_id bigint, name_key text) returns setof topics
	language sql volatile strict rows 1
	begin atomic
		select t.*
		from topics as t
		where t.account_id + 0 = $1 and t.name_key = $2 and t.deleted_at is null
		order by t.is_namesake, t.id
		limit 1;
	end;

create or replace function topic_of_name_now(account_id bigint, name text, match_case boolean)
	returns setof topics
	language sql volatile strict rows 1
	begin atomic
		select t.*
		from topics as t
		where t.account_id + 0 = $1 and t.name_key = text_key($2) and (t.name = $2 or not $3)
			and t.deleted_at is null
		order by t.id
		limit 1
		for key share;
	end;

create or replace function topic_move_sessions(account_id bigint, topic_id bigint, into_id bigint) returns bigint
	language sql volatile strict
	begin atomic
		with of_topic as materialized ( -- there is no index of all, but one of live and one of deleted ones
			select s.id
			from sessions as s
			where s.account_id = $1 and s.topic_id = $2 and s.deleted_at is null
			union all
			select s.id
			from sessions as s
			where s.account_id = $1 and s.topic_id = $2 and s.deleted_at is not null
		),
		locked as materialized (
			select s.*
			from (select o.id from of_topic as o order by o.id) as o
			cross join lateral (
				select *
				from sessions as s
				where s.account_id = $1 and s.id = o.id and s.topic_id = $2
				limit 1
				for no key update
			) as s
		),
		moved as (
			insert into sessions as s (account_id, id, topic_id, study_date, duration_minutes)
			select l.account_id, l.id, l.topic_id, l.study_date, l.duration_minutes
			from locked as l
			on conflict (account_id, id) do update
				set topic_id = $3, updated_at = next_update(s.updated_at)
			returning s.id
		)
		select count(*) from moved;
	end;

create or replace function topic_restore_sessions(account_id bigint, topic_id bigint) returns bigint
	language sql volatile strict
	begin atomic
		with locked as materialized (
			select s.*
			from sessions as s
			where s.account_id = $1 and s.topic_id = $2 and s.deleted_at is not null
			order by s.id
			for no key update
		),
		restored as (
			insert into sessions as s (account_id, id, topic_id, study_date, duration_minutes)
			select l.account_id, l.id, l.topic_id, l.study_date, l.duration_minutes
			from locked as l
			on conflict (account_id, id) do update
				set deleted_at = null, updated_at = next_update(s.updated_at)
			returning s.id
		)
		select count(*) from restored;
	end;

-- Deletes expired keys of all accounts, the oldest first, and returns how many. It leaves those that another
-- transaction has locked. Without bitmap scans the index gives the oldest ones first, and the rest is not read.
create function delete_expired_keys(most bigint) returns bigint
	language plpgsql volatile strict
	set enable_bitmapscan = off
as $$
declare
	deleted bigint;
begin
	delete from idempotency_keys
	where ctid = any (array(
		select k.ctid
		from idempotency_keys as k
		where not is_live_key(k.created_at)
		order by k.created_at
		limit most
		for update skip locked));
	get diagnostics deleted = row_count;
	return deleted;
end
$$;

-- Each key that is stored deletes two expired ones, so that they do not pile up.
create or replace function purge_idempotency_keys() returns trigger
	language plpgsql
as $$
begin
	perform delete_expired_keys(2);
	return null;
end
$$;

commit;
