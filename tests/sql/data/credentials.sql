insert into accounts (username, email, name) values ('Ada', 'ada@example.org', 'Ada');
insert into account_passwords (account_id, hash) select account_id, 'a hash' from accounts where username = 'Ada';
insert into logins (account_id, id, kind, refresh_id, lifetime_s, expires_at)
select account_id, gen_random_uuid(), 'jwt', gen_random_uuid(), 60, now() + interval '60 s'
from accounts where username = 'Ada';
insert into logins (account_id, id, kind, session_hash, lifetime_s, expires_at)
select account_id, gen_random_uuid(), 'browser', sha256('a cookie'), 60, now() + interval '60 s'
from accounts where username = 'Ada';
insert into tokens (account_id, name, hash, scopes)
select account_id, 'a token', sha256('a token'), '{read}' from accounts where username = 'Ada';
insert into identities (account_id, issuer, subject)
select account_id, 'https://id.example.org', '17' from accounts where username = 'Ada';
insert into security_events (account_id, kind, credential, address, details)
values (0, 'login_failed', null, '192.0.2.1', '{"username": "Bob"}');
