-- Deploy studytracker:session_search to pg
-- requires: search_keys
-- requires: sessions
--
-- On a database with many long notes this takes a while: about two minutes for each 100,000 notes
-- of 5 kB. Nothing can be written meanwhile.

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

-- One of 256 samples of all sessions. This hash is the one of hash partitions: it never changes.
create function search_sample(id uuid) returns bigint
	language sql immutable parallel safe
	return uuid_hash_extended(id, 0) & 255;

-- "+ 0" keeps the conditions of search_sessions from every other index. Deleted sessions are in it, too:
-- "deleted_at is null" would let the planner read all of another partial index instead. New entries
-- wait in the index's pending list and move to their places in bulk (fastupdate).
create index sessions_search on sessions
	using gin ((account_id + 0), search_sample(id), search_key gin_trgm_ops)
	where search_key is not null;

-- Whether pg_trgm can look for the key by its index: it needs three letters or digits in a row, or
-- the begin or end of a word. Letters are those of the database's LC_CTYPE: with C, only ASCII ones.
create function has_trigram(search_key text) returns boolean
	language sql stable parallel safe
	return search_key collate "default"
		~ '[[:alnum:]]{3}|[^[:alnum:]][[:alnum:]]|[[:alnum:]]{2}[^[:alnum:]]';

-- The ids of the account's sessions whose notes match the pattern, deleted ones too. Null: the index
-- offers so many that to read their notes takes too long. Long notes hold most trigrams of a language,
-- so the index may offer far more than match. How many it offers is known from a sample, by the
-- statistics of this transaction: a bitmap scan counts what an index returns.
--
-- No other index serves the conditions, and enable_seqscan is off: the plan is the same on a database
-- that was never analysed.
create function search_sessions(account_id bigint, pattern text) returns uuid[]
	language plpgsql stable
	set enable_seqscan = off
as $$
declare
	sample_max constant bigint := 3; -- about 750 of all
	before constant bigint := pg_stat_get_xact_tuples_returned('sessions_search'::regclass);
begin
	perform
	from sessions as s
	where s.account_id + 0 = search_sessions.account_id and search_sample(s.id) = 0::bigint
		and s.search_key like pattern
	limit 1; -- the index is asked for all, but few notes are read
	if pg_stat_get_xact_tuples_returned('sessions_search'::regclass) - before > sample_max then
		return null;
	end if;
	return array(
		select s.id
		from sessions as s
		where s.account_id + 0 = search_sessions.account_id and s.search_key like pattern);
end
$$;

commit;
