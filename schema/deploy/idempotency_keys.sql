-- Deploy studytracker:idempotency_keys to pg
-- requires: accounts
-- requires: sessions

begin;

-- What a POST with an Idempotency-Key was answered, kept by the statement that did the write and
-- so in its transaction.
create table idempotency_keys (
	account_id  bigint not null references accounts,
	key         text collate "C" not null check (char_length(key) between 1 and 255),
	fingerprint bytea not null, -- of what was asked: request_fingerprint
	answer      jsonb not null, -- the row, by its columns' names
	created_at  timestamptz not null default now(),
	primary key (account_id, key)
);

create index idempotency_keys_age on idempotency_keys (account_id, created_at);

-- Those that count; the others are as good as gone.
create view live_idempotency_keys as
select k.*
from idempotency_keys as k
where k.created_at > now() - interval '24 hours';

-- Of the method and its params; null where nothing is given, as without a key.
create function request_fingerprint(asked jsonb) returns bytea
	language sql immutable strict parallel safe
	return sha256(convert_to(asked::text, 'UTF8'));

-- The key as it is now, see session_now.
create function idempotency_key_now(account_id bigint, key text) returns setof live_idempotency_keys
	language sql volatile strict rows 1
	begin atomic
		select k.* from live_idempotency_keys as k where k.account_id = $1 and k.key = $2;
	end;

-- Asked where a key is to be kept that is there: an old one is replaced. A live one was kept by
-- another transaction since this one looked, so this one must not commit: it is run again and
-- finds the answer.
create function is_idempotency_key_over(created_at timestamptz) returns boolean
	language plpgsql stable
as $$
begin
	if created_at > now() - interval '24 hours' then
		raise unique_violation using message = 'another request with this Idempotency-Key was first';
	end if;
	return true;
end
$$;

-- Each key that is kept takes two old ones of its account away: there are never many more than a
-- day's.
create function purge_idempotency_keys() returns trigger
	language plpgsql
as $$
begin
	delete from idempotency_keys
	where (account_id, key) in (
		select k.account_id, k.key
		from idempotency_keys as k
		where k.account_id = new.account_id and k.created_at <= now() - interval '24 hours'
		order by k.created_at
		limit 2
		for update skip locked);
	return null;
end
$$;

create trigger purge_idempotency_keys after insert on idempotency_keys
	for each row execute function purge_idempotency_keys();

commit;
