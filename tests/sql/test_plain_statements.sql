-- sessions.create_plain and .log_plain: the requests that they answer are answered as by the full
-- statements, and the others are not done.
\getenv prepare_all PREPARE_ALL
\i :prepare_all
begin;
select no_plan();

insert into topics (account_id, id, name, archived_at, deleted_at) overriding system value
values (1, 11, 'Go', null, null), (1, 12, 'Rust', now(), null), (1, 13, 'Gone', null, now()), (2, 21, 'Go', null, null);
insert into sessions (account_id, id, topic_id, study_date, duration_minutes) values (1, id(9), 11, '2026-01-01', 5);
update accounts set time_zone = 'Pacific/Kiritimati' where account_id = 2;

-- New, twice; of a deleted, an unknown and a foreign topic; from the future.
create temp table plain as execute "sessions.create_plain"('{1,2,1,1,1,1}', ids(1, 2, 3, 4, 5, 6),
	'{12,21,13,99,21,11}', array['2026-05-05', null, null, null, null, null]::date[],
	'{30,null,1,1,1,1}', array['n', null, null, null, null, null],
	array[null, null, null, null, null, now() + interval '2 days']);
select results_eq('select ord, outcome, id, topic_id, tag, study_date, minutes, notes, topic_archived, created, replayed from plain', $$values
	(1::bigint, null, id(1), 12::bigint, 'Rust', '2026-05-05'::date, 30, 'n', true, true, false),
	(2, null, id(2), 21, 'Go', (now() at time zone 'Pacific/Kiritimati')::date, 60, null, false, true, false)$$,
	'create: new sessions of live topics are answered, and no others');
select results_eq('select account_id, id, topic_id, study_date, duration_minutes, notes, created_at, updated_at from sessions where id <> id(9) order by id',
	'select ord, id, topic_id, study_date, duration_minutes, notes, created_at, updated_at from plain order by ord',
	'create: exactly those are stored');
savepoint full_one;
delete from sessions where id <> id(9);
create temp table full_one as execute "sessions.create"('{1,2}', ids(1, 2), '{12,21}', '{2026-05-05,null}',
	'{30,null}', '{n,null}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select is((select jsonb_agg(to_jsonb(p) order by p.ord) from plain as p),
	(select jsonb_agg(to_jsonb(f) - array(select k from jsonb_object_keys(to_jsonb(f)) as k where k like 'details.%') order by f.ord)
		from full_one as f), 'create: the answers are those of the full statement');
rollback to full_one;
drop table plain;

-- New, by the lowest id; in another case; unknown; deleted; decomposed.
insert into topics (account_id, id, name, is_namesake) overriding system value values (1, 14, 'Go', true), (1, 15, 'Café', false);
create temp table plain as execute "sessions.log_plain"('{1,1,1,1,1}', ids(11, 12, 13, 14, 15), '{10,10,10,10,10}',
	array['Go', 'GO', 'New', 'Gone', U&'Cafe\0301'], array['2026-05-05', null, null, null, '2026-05-06']::date[],
	array['n', null, null, null, null], array['2026-05-05 10:00Z', null, null, null, null]::timestamptz[]);
select results_eq('select ord, outcome, id, topic_id, tag, study_date, minutes, notes, created, created_at from plain', $$values
	(1::bigint, null, id(11), 11::bigint, 'Go', '2026-05-05'::date, 10, 'n', true, '2026-05-05 10:00Z'::timestamptz),
	(5, null, id(15), 15, 'Café', '2026-05-06', 10, null, true, now())$$,
	'log: new sessions of topics with exactly this name are answered, and no others');
select is((select count(*) from sessions where id in (id(12), id(13), id(14), id(15))), 1::bigint, 'log: exactly those are stored');
savepoint full_one;
delete from sessions where id in (id(11), id(15));
create temp table full_one as execute "sessions.log"('{1,1}', ids(11, 15), '{10,10}', array['Go', U&'Cafe\0301'],
	'{2026-05-05,2026-05-06}', '{n,null}', array['2026-05-05 10:00Z', null]::timestamptz[], '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
select is((select jsonb_agg(to_jsonb(p) - 'ord' order by p.ord) from plain as p),
	(select jsonb_agg(to_jsonb(f) - 'ord' - array(select k from jsonb_object_keys(to_jsonb(f)) as k where k like 'details.%') order by f.ord)
		from full_one as f), 'log: the answers are those of the full statement');
rollback to full_one;
select is((select count(*) from topics where account_id = 1), 5::bigint, 'log: no topic is made');

-- An id that exists, or that comes twice: the full statements run all requests.
select refuses(concat_ws(': ', method, what), '23505', format('execute %I(''{1,1}'', %L, %s, ''{null,null}'', ''{null,null}'')', method, ids, params))
from (values ('an id that exists', ids(20, 9)), ('an id twice', ids(20, 20))) as i (what, ids)
cross join (values ('sessions.create_plain', $$'{11,11}', '{null,null}', '{5,5}'$$),
	('sessions.log_plain', $$'{5,5}', '{Go,Go}', '{null,null}'$$)) as m (method, params);
select totals_are_right('plain statements');

select * from finish();
rollback;
