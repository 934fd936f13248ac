-- Revert studytracker:key_lookup from pg

begin;

create or replace function purge_idempotency_keys() returns trigger
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

drop index idempotency_keys_age;
create index idempotency_keys_age on idempotency_keys (account_id, created_at);

create or replace function is_idempotency_key_over(created_at timestamptz) returns boolean
	language plpgsql stable
as $$
begin
	if created_at > now() - interval '24 hours' then
		raise unique_violation using message = 'another request with this Idempotency-Key was first';
	end if;
	return true;
end
$$;

create or replace view live_idempotency_keys as
select k.*
from idempotency_keys as k
where k.created_at > now() - interval '24 hours';

drop function is_live_key(timestamptz);

commit;
