-- A live key and an old one, each of another account's.
insert into idempotency_keys (account_id, key, fingerprint, answer, created_at) values
	(101, 'first', '\x00', '{"id": 1}', now()),
	(102, 'first', '\x01', '{}', now() - interval '25 hours');
