-- Verify studytracker:idempotency_keys on pg

begin;

select account_id, key, fingerprint, answer, created_at
from idempotency_keys where false;
select account_id, key, fingerprint, answer, created_at
from live_idempotency_keys where false;
select 'idempotency_keys_age'::regclass, 'request_fingerprint(jsonb)'::regprocedure,
	'idempotency_key_now(bigint, text)'::regprocedure,
	'is_idempotency_key_over(timestamptz)'::regprocedure;

rollback;
