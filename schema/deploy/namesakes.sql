-- Deploy studytracker:namesakes to pg
-- requires: topics
-- requires: daily_totals

begin;

-- Further topics of a name, compared without case, are namesakes of the first one: otherwise they are
-- ordinary topics. They stay what they are when the first one goes.
alter table topics
	add column is_namesake boolean not null default false,
	-- A namesake that a tag made: no two live ones of an account have the same name, so that two
	-- workers that log the same new tag at once make one topic.
	add column made_by_tag boolean not null default false check (is_namesake or not made_by_tag),
	add column merged_into bigint, -- the topic that took the sessions of a deleted one
	add foreign key (account_id, merged_into) references topics,
	add check (merged_into is null or deleted_at is not null);

drop index topics_live_name;
create unique index topics_live_name on topics (account_id, name_key)
	where deleted_at is null and not is_namesake;
create unique index topics_live_tag on topics (account_id, name collate "C")
	where deleted_at is null and made_by_tag;
create index topics_live_key on topics (account_id, name_key, id) where deleted_at is null;

-- These are volatile, and so each has a snapshot of its own: see session_now.

-- The live topic of that key that has had it longest; the first one before its namesakes.
create function topic_of_key_now(account_id bigint, name_key text) returns setof topics
	language sql volatile strict rows 1
	begin atomic
		select t.*
		from topics as t
		where t.account_id = $1 and t.name_key = $2 and t.deleted_at is null
		order by t.is_namesake, t.id
		limit 1;
	end;

-- The live topic of that name, held against deletion; without match_case, case makes no difference.
create function topic_of_name_now(account_id bigint, name text, match_case boolean) returns setof topics
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

-- The topic as it is now, deleted or not.
create function topic_now(account_id bigint, topic_id bigint) returns setof topics
	language sql volatile strict rows 1
	begin atomic
		select t.* from topics as t where t.account_id = $1 and t.id = $2;
	end;

-- Ends a statement that ran into what another transaction has done since it began: the worker runs it
-- again, and then it sees it.
create function run_again(reason text) returns boolean
	language plpgsql volatile
as $$
begin
	raise serialization_failure using message = reason;
end
$$;

-- An existence check, as topic_sessions_now with a snapshot of its own.
create function topic_has_sessions_now(account_id bigint, topic_id bigint) returns boolean
	language sql volatile strict
	begin atomic
		select exists (
			select
			from sessions as s
			where s.account_id = $1 and s.topic_id = $2 and s.deleted_at is null);
	end;
drop function topic_sessions_now(bigint, bigint);

create index sessions_topic_deleted on sessions (account_id, topic_id, id) where deleted_at is not null;

-- Gives all sessions of a topic, deleted ones too, to another one. They are locked in key order. The
-- caller holds both topics.
create function topic_move_sessions(account_id bigint, topic_id bigint, into_id bigint) returns bigint
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

-- Brings the deleted sessions of a topic back, in key order. The caller holds the topic.
create function topic_restore_sessions(account_id bigint, topic_id bigint) returns bigint
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

commit;
