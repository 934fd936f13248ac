-- Deploy studytracker:key_lookup to pg
-- requires: idempotency_keys

begin;

-- Whether a key that was kept at that time still counts.
create function is_live_key(created_at timestamptz) returns boolean
	language sql stable strict parallel safe
	return created_at > now() - interval '24 hours';

create or replace view live_idempotency_keys as
select k.*
from idempotency_keys as k
where is_live_key(k.created_at);

create or replace function is_idempotency_key_over(created_at timestamptz) returns boolean
	language plpgsql stable
as $$
begin
	if is_live_key(created_at) then
		raise unique_violation using message = 'another request with this Idempotency-Key was first';
	end if;
	return true;
end
$$;

-- The age does not begin with the account. So the primary key is the only index that can find a key
-- of an account, whatever the planner believes about the table.
drop index idempotency_keys_age;
create index idempotency_keys_age on idempotency_keys (created_at);

-- Each key that is kept takes the two oldest expired ones away, whosever they are. Keys of accounts
-- that no longer send any do not stay for ever.
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

commit;
