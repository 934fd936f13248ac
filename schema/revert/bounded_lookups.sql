-- Revert studytracker:bounded_lookups from pg

begin;

create or replace function purge_idempotency_keys() returns trigger
	language plpgsql
as $$
begin
	delete from idempotency_keys
	where (account_id, key) in (
		select k.account_id, k.key
		from idempotency_keys as k
		where not is_live_key(k.created_at)
		order by k.created_at
		limit 2
		for update skip locked);
	return null;
end
$$;

drop function delete_expired_keys(bigint);

create or replace function topic_restore_sessions(account_id bigint, topic_id bigint) returns bigint
	language sql volatile strict
	begin atomic
		with held as materialized (
			select s.account_id, s.id
			from sessions as s
			where s.account_id = $1 and s.topic_id = $2 and s.deleted_at is not null
			order by s.id
			for no key update
		),
		restored as (
			update sessions as s
			set deleted_at = null, updated_at = next_update(s.updated_at)
			from held as h
			where s.account_id = h.account_id and s.id = h.id
			returning s.id
		)
		select count(*) from restored;
	end;

create or replace function topic_move_sessions(account_id bigint, topic_id bigint, into_id bigint) returns bigint
	language sql volatile strict
	begin atomic
		with held as materialized (
			select s.account_id, s.id
			from sessions as s
			where s.account_id = $1 and s.topic_id = $2
			order by s.id
			for no key update
		),
		moved as (
			update sessions as s
			set topic_id = $3, updated_at = next_update(s.updated_at)
			from held as h
			where s.account_id = h.account_id and s.id = h.id
			returning s.id
		)
		select count(*) from moved;
	end;

create or replace function topic_of_name_now(account_id bigint, name text, match_case boolean) returns setof topics
	language sql volatile strict rows 1
	begin atomic
		select t.*
		from topics as t
		where t.account_id = $1 and t.name_key = text_key($2) and (t.name = $2 or not $3)
			and t.deleted_at is null
		order by t.id
		limit 1
		for key share;
	end;

create or replace function topic_of_key_now(account_id bigint, name_key text) returns setof topics
	language sql volatile strict rows 1
	begin atomic
		select t.*
		from topics as t
		where t.account_id = $1 and t.name_key = $2 and t.deleted_at is null
		order by t.is_namesake, t.id
		limit 1;
	end;

drop index topics_live_key;
create index topics_live_key on topics (account_id, name_key, id) where deleted_at is null;

commit;
