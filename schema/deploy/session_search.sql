-- Deploy studytracker:session_search to pg
-- requires: search_keys
-- requires: sessions
--
-- On a database with many long notes this takes a while: about a minute for each 100,000 notes of
-- 5 kB on an idle machine. Nothing can be written meanwhile.

begin;

-- Both are trusted: the database's owner may create them without being a superuser.
create extension if not exists pg_trgm;
create extension if not exists btree_gin;

-- Plain storage costs space, but a key is read in half of the time: pglz need not unpack it.
alter table sessions
	add column search_key text collate "C" generated always as (search_key(notes)) stored,
	alter column search_key set storage external;

-- Of the name and the description; one topic has few words, so it needs no index.
alter table topics
	add column search_key text collate "C" not null
		generated always as (search_key(name || E'\n' || coalesce(description, ''))) stored;

-- Each account's sessions fall into 64 buckets by their ids, so that a search can stop between two.
create function search_bucket(account_id bigint, id uuid) returns bigint
	language sql immutable parallel safe
	return account_id * 64 + (get_byte(uuid_send(id), 15) & 63);

-- New entries wait in the index's pending list and move to their places in bulk (fastupdate).
create index sessions_search on sessions
	using gin (search_bucket(account_id, id), search_key gin_trgm_ops)
	where deleted_at is null and search_key is not null;

-- Whether pg_trgm can look for the key by its index: it needs three letters or digits in a row, or
-- the begin or end of a word. Letters are those of the database's LC_CTYPE: with C, only ASCII ones.
create function has_trigram(search_key text) returns boolean
	language sql stable parallel safe
	return search_key collate "default"
		~ '[[:alnum:]]{3}|[^[:alnum:]][[:alnum:]]|[[:alnum:]]{2}[^[:alnum:]]';

-- The ids of the account's live sessions whose notes match the pattern. Null: there are more than
-- 1,000, or to find them takes over 25 ms. Long notes hold most of a language's trigrams, so the index
-- may offer many that do not match, and all of a bucket are read to tell.
--
-- Only sessions_search serves the condition on search_bucket: with enable_seqscan off, the plan is
-- the same on a database that was never analysed.
create function search_sessions(account_id bigint, pattern text) returns uuid[]
	language plpgsql stable parallel safe
	set enable_seqscan = off
as $$
declare
	ids uuid[] := '{}';
	give_up_at constant timestamptz := clock_timestamp() + interval '25 ms';
begin
	for bucket in 0..63 loop
		if cardinality(ids) > 1000 or clock_timestamp() > give_up_at then
			return null;
		end if;
		ids := ids || array(
			select s.id
			from sessions as s
			where search_bucket(s.account_id, s.id) = search_sessions.account_id * 64 + bucket
				and s.search_key like pattern and s.deleted_at is null);
	end loop;
	return ids;
end
$$;

commit;
