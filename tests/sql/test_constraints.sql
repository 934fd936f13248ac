-- The constraints of the tables.
begin;
select no_plan();

insert into topics (account_id, id, name) overriding system value values (1, 1001, 'Ärger'), (2, 2001, 'Other');

-- Names.
select lives_ok($$insert into topics (account_id, name) values (1, 'x')$$, 'one character is a name');
select lives_ok($$insert into topics (account_id, name) values (1, repeat('ß', 200))$$, '200 characters are a name');
select refuses('an empty name', '23514', $$insert into topics (account_id, name) values (1, '')$$);
select refuses('201 characters', '23514', $$insert into topics (account_id, name) values (1, repeat('a', 201))$$);
select refuses('a name with a space before it', '23514', $$insert into topics (account_id, name) values (1, ' a')$$);
select refuses('a name with a space after it', '23514', $$insert into topics (account_id, name) values (1, 'a ')$$);
select refuses('no name', '23502', $$insert into topics (account_id, name) values (1, null)$$);
select refuses('an id of zero', '23514', $$insert into topics (account_id, id, name) overriding system value values (1, 0, 'zero')$$);
select refuses('10001 characters of description', '23514',
	$$insert into topics (account_id, name, description) values (1, 'long', repeat('d', 10001))$$);
select refuses('a topic of an unknown account', '23503', $$insert into topics (account_id, name) values (77, 'a')$$);

-- Names are compared without case and in composed form.
create temp table twins (one text, other text);
insert into twins values
	('Go', 'GO'), ('Äpfel', 'äPFEL'), ('Österreich', U&'O\0308sterreich'), ('Straße', 'STRASSE'),
	('ΟΔΟΣ', 'οδος'), ('οδοσ και', 'ΟΔΟΣ ΚΑΙ'), ('İstanbul', U&'i\0307stanbul'), (U&'\FB01n', 'FIN'),
	('ЁЛКА', 'ёлка'), ('ǅ', 'ǆ'), (U&'\1E9Een', 'ssen'), ('Å', U&'\212B');
select is(text_key(one), text_key(other), format('%s and %s are the same name', one, other)) from twins;
insert into topics (account_id, name) select 1, one from twins;
select refuses(format('%s after %s', other, one), '23505',
	format('insert into topics (account_id, name) values (1, %L)', fold_name(other))) from twins;
select lives_ok(format('insert into topics (account_id, name) values (2, %L)', fold_name(other)),
	format('%s in another account', other)) from twins;

-- No two names look the same, and no name looks empty.
create temp table odd (name text, folded text);
insert into odd values (U&'Data\00a0Science', 'Data Science'), ('a  b', 'a b'), (U&'Algebra\200b', 'Algebra'), (U&'\feffAlgebra', 'Algebra'),
	(U&'Al\00adgebra', 'Algebra'), (U&'\202eAlgebra', 'Algebra'), (U&'a\3000b\2800c', 'a b c'), (U&'a\0009b\0007', 'a b'), (U&'\3164', ''),
	(U&'O\0308', 'Ö'), (U&'\+0e0001a', 'a');
select is(fold_name(name), folded, format('%s is folded', to_json(name))) from odd;
select refuses(format('a name that is %s', to_json(name)), '23514', format('insert into topics (account_id, name) values (3, %L)', name)) from odd;
select is(fold_name(name), name, format('%s stays as it is', name)) from (values ('C++ basics'), ('日本語 🎌'),
	(U&'\0645\06CC\200C\062E\0648\0627\0647\0645'), (U&'\+01F469\200D\2764\FE0F\200D\+01F468')) as t (name);

select isnt(text_key(one), text_key(other), format('%s and %s are different names', one, other))
from (values ('a', 'ä'), ('I', 'İ'), ('ı', 'İ'), ('o', 'ø'), ('C', 'C++'), ('ab', 'a b')) as t (one, other);
select is_empty($$
	select c
	from (
		select chr(n) as c
		from generate_series(32, 131071) as n
		where n not between 55296 and 57343 -- surrogates
			and not chr(n) = all (array[upper(chr(n) collate "und-x-icu"), lower(chr(n) collate "und-x-icu")])
	) as t
	where text_key(c) <> all (array[text_key(upper(c collate "und-x-icu")), text_key(lower(c collate "und-x-icu")),
		text_key(initcap(c collate "und-x-icu")), text_key(normalize(c, nfd)), text_key(text_key(c))])$$,
	'all cases and compositions of a character have the same key');
select lives_ok($$update topics set name = 'äRGER' where id = 1001$$, 'a topic may change the case of its name');
select is((select name_key from topics where id = 1001), text_key('ärger'), 'and the key stays');
select refuses('the key itself', '428C9', $$update topics set name_key = 'x' where id = 1001$$);
select lives_ok($$update topics set deleted_at = now() where account_id = 1 and name = 'Go'$$, 'a topic is deleted');
select lives_ok($$insert into topics (account_id, name) values (1, 'gO')$$, 'and its name is free');
select refuses('restoring it beside the new one', '23505',
	$$update topics set deleted_at = null where account_id = 1 and name = 'Go'$$);

-- Sessions.
prepare dated as insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
	values ($1, gen_random_uuid(), $2, $3, $4);
select lives_ok(format('execute dated(1, 1001, %L, %s)', study_date, minutes),
	format('%s minutes on %s', minutes, study_date))
from (values ('1900-01-01', 1), ('9999-12-31', 1440), ('2024-02-29', 60)) as t (study_date, minutes);
select refuses(format('%s minutes', minutes), '23514', format('execute dated(1, 1001, %L, %s)', '2026-01-01', minutes))
from (values (0), (-1), (1441), (2147483647)) as t (minutes);
select refuses(format('the day %s', study_date), '23514', format('execute dated(1, 1001, %L, 1)', study_date))
from (values ('1899-12-31'), ('10000-01-01'), ('infinity'), ('-infinity'), ('0001-01-01 BC')) as t (study_date);
select refuses('a topic of another account', '23503', $$execute dated(1, 2001, '2026-01-01', 1)$$);
select refuses('an unknown topic', '23503', $$execute dated(1, 987654321, '2026-01-01', 1)$$);
select refuses('no topic', '23502', $$execute dated(1, null, '2026-01-01', 1)$$);
select refuses('no day', '23502', $$execute dated(1, 1001, null, 1)$$);
select refuses('no duration', '23502', $$execute dated(1, 1001, '2026-01-01', null)$$);
select refuses('10001 characters of notes', '23514', $$insert into sessions
	(account_id, id, topic_id, study_date, duration_minutes, notes)
	values (1, id(1), 1001, '2026-01-01', 1, repeat('n', 10001))$$);
insert into sessions (account_id, id, topic_id, study_date, duration_minutes) values (1, id(5), 1001, '2026-01-01', 1);
select refuses('one id twice', '23505', $$insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
	values (1, id(5), 1001, '2026-01-01', 1)$$);
select lives_ok($$insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
	values (2, id(5), 2001, '2026-01-01', 1)$$, 'two accounts may have the same session id');
select refuses('a topic that goes with its sessions', '23503', $$delete from topics where id = 1001$$);
insert into sessions (account_id, id, topic_id, study_date, duration_minutes) values (1, id(6), 1001, '2026-01-01', 1);
select refuses('a session that moves to an account without its topic', '23503',
	$$update sessions set account_id = 2 where account_id = 1 and id = id(6)$$);

-- A timed session has two instants in order and the name of a zone; a dated session has none of
-- them.
prepare timed as insert into sessions
	(account_id, id, topic_id, study_date, duration_minutes, started_at, ended_at, time_zone)
	values (1, gen_random_uuid(), 1001, '2026-10-25', 60, $1, $2, $3);
select lives_ok(format('execute timed(%L, %L, %L)', '2026-10-25 00:30+00', '2026-10-25 01:30+00', zone),
	'timed in ' || zone)
from unnest(array['Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC', 'Etc/GMT+5',
	'America/Argentina/Buenos_Aires']) as zone;
select refuses(what, '23514', format('execute timed(%L, %L, %L)', started_at, ended_at, zone))
from (values
	('a start alone', '2026-10-25 00:30+00', null, null),
	('an end alone', null, '2026-10-25 00:30+00', null),
	('a zone alone', null, null, 'UTC'),
	('no start', null, '2026-10-25 00:30+00', 'UTC'),
	('no end', '2026-10-25 00:30+00', null, 'UTC'),
	('no zone', '2026-10-25 00:30+00', '2026-10-25 01:30+00', null),
	('an end at the start', '2026-10-25 00:30+00', '2026-10-25 00:30+00', 'UTC'),
	('an end before the start', '2026-10-25 00:30+00', '2026-10-25 00:29+00', 'UTC'),
	('an offset instead of a zone', '2026-10-25 00:30+00', '2026-10-25 01:30+00', '+02'),
	('an abbreviation instead of a zone', '2026-10-25 00:30+00', '2026-10-25 01:30+00', 'CEST'),
	('a POSIX zone', '2026-10-25 00:30+00', '2026-10-25 01:30+00', 'CET-1CEST'),
	('an empty zone', '2026-10-25 00:30+00', '2026-10-25 01:30+00', '')) as t (what, started_at, ended_at, zone);
select refuses('a zone that is none', '23514',
	$$execute timed('2026-10-25 00:30+00', '2026-10-25 01:30+00', 'Europe/Atlantis')$$);

-- Accounts.
select refuses('an account of week day ' || day, '23514',
	format('insert into accounts (name, week_start) values (%L, %s)', 'a', day))
from unnest(array[0, 8]) as day;
select refuses('a day that starts at 24:00', '23514', $$insert into accounts (name, day_starts_at) values ('a', '24:00')$$);
select refuses('an account with an offset instead of a zone', '23514', $$insert into accounts (name, time_zone) values ('a', '+02:00')$$);
select refuses('an account without a name', '23514', $$insert into accounts (name) values ('')$$);

select refuses('an account with ' || what, '23514', format('insert into accounts (name, %s) values (%L, %s)', columns, 'a', params))
from (values ('a blank in its username', 'username', '''a b'''), ('an "@" in its username', 'username', '''a@b'''),
	('an empty username', 'username', ''''''), ('a long username', 'username', 'repeat(''a'', 65)'),
	('an e-mail without "@"', 'email', '''a'''), ('two "@" in its e-mail', 'email', '''a@b@c'''),
	('a long e-mail', 'email', 'repeat(''a'', 253) || ''@b'''), ('an unknown role', 'role', '''owner'''),
	('an unknown status', 'status', '''asleep'''), ('an end, but active', 'closed_at', 'now()'),
	('no end, but deleted', 'status', '''deleted'''),
	('a username, but deleted', 'status, closed_at, username', '''deleted'', now(), ''a''')) as t (what, columns, params);
insert into accounts (name, username, email) values ('a', 'Straße', 'Ada@Example.org');
select refuses('a second account with ' || what, '23505', format('insert into accounts (name, %I) values (%L, %L)', name, 'a', taken))
from (values ('a username without case', 'username', 'STRASSE'), ('an e-mail without case', 'email', 'ada@EXAMPLE.ORG'))
	as t (what, name, taken);

-- Credentials.
select refuses(what, '23514', format('insert into logins (account_id, id, lifetime_s, expires_at, %s) values (1, id(1), 60, now(), %s)', columns, params))
from (values ('a log-in without a refresh token', 'kind', '''jwt'''),
	('a session of a browser without a cookie', 'kind', '''browser'''),
	('a log-in with both', 'kind, refresh_id, session_hash', '''jwt'', id(2), sha256(''a'')'),
	('a cookie that is not hashed', 'kind, session_hash', '''browser'', ''a'''),
	('an end without a reason', 'kind, refresh_id, ended_at', '''jwt'', id(2), now()')) as t (what, columns, params);
select refuses(what, '23514', format('insert into tokens (account_id, name, hash, scopes) values (1, %L, %s, %L)', name, hash, scopes))
from (values ('a token without a name', '', 'sha256(''a'')', '{read}'), ('a token that is not hashed', 'a', '''st_''', '{read}'),
	('a token without scopes', 'a', 'sha256(''a'')', '{}'), ('a token with an unknown scope', 'a', 'sha256(''a'')', '{root}'))
	as t (what, name, hash, scopes);
select refuses('an event of an unknown kind', '23514', $$insert into security_events (account_id, kind) values (1, 'other')$$);

-- kept_daily_totals refuse impossible values.
select refuses(what, '23514', format('insert into kept_daily_totals values (1, %L, 1001, %s, %s)', '2026-02-01', minutes, sessions))
from (values ('totals of no session', 0, 0), ('fewer minutes than sessions', 1, 2),
	('more minutes than days have', 1441, 1)) as t (what, minutes, sessions);

-- Every key separates accounts.
select is_empty($$
	select c.conrelid::regclass
	from pg_constraint as c
	join pg_class as r on r.oid = c.conrelid
	join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
	where c.contype = 'p' and r.relnamespace = 'public'::regnamespace and a.attname <> 'account_id'$$,
	'every primary key starts with account_id');
select is_empty($$
	select r.relname
	from pg_class as r
	where r.relkind = 'r' and r.relnamespace = 'public'::regnamespace
		and not exists (select from pg_constraint as c where c.conrelid = r.oid and c.contype = 'p')$$,
	'every table has a primary key');
select is_empty($$
	select c.conname
	from pg_constraint as c
	join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
	join pg_attribute as b on b.attrelid = c.confrelid and b.attnum = c.confkey[1]
	where c.contype = 'f' and c.connamespace = 'public'::regnamespace
		and (a.attname, b.attname) is distinct from ('account_id', 'account_id')$$,
	'every foreign key contains account_id');
select is_empty($$
	select i.indexrelid::regclass
	from pg_index as i
	join pg_class as r on r.oid = i.indrelid
	join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
	where r.relnamespace = 'public'::regnamespace and a.attname <> 'account_id'
		-- by which the rows of all accounts are purged
		and i.indexrelid not in ('idempotency_keys_age'::regclass, 'security_events_age'::regclass,
			'accounts_closed'::regclass)
		-- by which a credential tells its account
		and i.indexrelid not in ('accounts_username'::regclass, 'accounts_email'::regclass, 'logins_id'::regclass,
			'logins_session'::regclass, 'tokens_hash'::regclass, 'identities_subject'::regclass)$$,
	'every index starts with account_id');

select totals_are_right('after all statements');
select * from finish();
rollback;
