-- Revert studytracker:idempotency_keys from pg

begin;

drop function idempotency_key_now(bigint, text);
drop view live_idempotency_keys;
drop table idempotency_keys;
drop function purge_idempotency_keys();
drop function is_idempotency_key_over(timestamptz);
drop function request_fingerprint(jsonb);

commit;
