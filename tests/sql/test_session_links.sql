-- Sessions that name a task, goal, skill or project: create, log, update, replays and lists.
\getenv prepare_all PREPARE_ALL
begin;
\i :prepare_all
select no_plan();

insert into topics (account_id, id, name) overriding system value values (1, 11, 'Go'), (2, 21, 'Go');
insert into tasks (account_id, id, title, deleted_at) overriding system value
values (1, 1, 'a', null), (1, 2, 'b', null), (1, 3, 'gone', now()), (2, 4, 'foreign', null);
insert into goals (account_id, id, title) overriding system value values (1, 1, 'a'), (1, 2, 'b');
insert into skills (account_id, id, name) overriding system value values (1, 1, 'a'), (1, 2, 'b');
insert into projects (account_id, id, name) overriding system value values (1, 1, 'a'), (1, 2, 'b');

create function pg_temp.links(answer jsonb) returns jsonb
	language sql
	return jsonb_build_array(answer -> 'task_id', answer -> 'goal_id', answer -> 'skill_id', answer -> 'project_id');
create function pg_temp.stored(n bigint) returns jsonb
	language sql
	as 'select pg_temp.links(to_jsonb(s)) from public.sessions as s where s.account_id = 1 and s.id = test.id($1)';
create function pg_temp.request(n bigint, rest jsonb) returns jsonb
	language sql
	return jsonb_build_object('session_id', test.id(n)) || rest;

-- create
select results_eq($$select ord, outcome, pg_temp.links(answer), (answer ->> 'created')::boolean from answers('sessions.create',
	pg_temp.request(1, '{"topic_id": 11, "task_id": 2, "goal_id": 1, "skill_id": 1, "project_id": 2}'),
	pg_temp.request(2, '{"topic_id": 11, "task_id": 1}'),
	pg_temp.request(3, '{"topic_id": 11}'),
	pg_temp.request(4, '{"topic_id": 11, "task_id": 3}'),
	pg_temp.request(5, '{"topic_id": 11, "task_id": 4}'),
	pg_temp.request(6, '{"topic_id": 11, "task_id": 1, "goal_id": 9, "skill_id": 9}'),
	pg_temp.request(7, '{"topic_id": 11, "skill_id": 9}'),
	pg_temp.request(8, '{"topic_id": 11, "project_id": 9}'),
	pg_temp.request(9, '{"topic_id": 99, "task_id": 9}'))$$, $$values
	(1::bigint, null::text, '[2, 1, 1, 2]'::jsonb, true),
	(2, null, '[1, null, null, null]', true), (3, null, '[null, null, null, null]', true),
	(4, 'UNKNOWN_TASK task_id: task_id names no task', '[null, null, null, null]', false),
	(5, 'UNKNOWN_TASK task_id: task_id names no task', '[null, null, null, null]', false),
	(6, 'UNKNOWN_GOAL goal_id: goal_id names no goal', '[null, null, null, null]', false),
	(7, 'UNKNOWN_SKILL skill_id: skill_id names no skill', '[null, null, null, null]', false),
	(8, 'UNKNOWN_PROJECT project_id: project_id names no project', '[null, null, null, null]', false),
	(9, 'UNKNOWN_TOPIC', '[null, null, null, null]', false)$$,
	'create: keeps links; unknown, deleted and foreign rows are refused by name');
select is((select array_agg(id order by id) from sessions), ids(1, 2, 3), 'create: a refused request makes no session');
select is(pg_temp.stored(1), '[2, 1, 1, 2]', 'create: the links are stored');
select results_eq($$select ord, outcome, answer -> 'details.fields', answer -> 'details.task_id', answer -> 'details.goal_id'
	from answers('sessions.create',
	pg_temp.request(1, '{"topic_id": 11, "task_id": 2, "goal_id": 1, "skill_id": 1, "project_id": 2}'),
	pg_temp.request(2, '{"topic_id": 11}'),
	pg_temp.request(3, '{"topic_id": 11, "task_id": 9, "goal_id": 2}'))$$, $$values
	(1::bigint, null::text, 'null'::jsonb, 'null'::jsonb, 'null'::jsonb),
	(2, 'SESSION_EXISTS: the session exists with other values: task_id', '["task_id"]', '1', 'null'),
	(3, 'SESSION_EXISTS: the session exists with other values: task_id, goal_id', '["task_id", "goal_id"]', 'null', 'null')$$,
	'create: the same links are the same content; a session that exists is told before an unknown link');
select results_eq($$select ord, outcome, pg_temp.links(answer) from answers('sessions.create',
	pg_temp.request(1, '{"topic_id": 11, "task_id": 1, "if_match": "*"}'),
	pg_temp.request(2, '{"topic_id": 11, "task_id": 9, "if_match": "*"}'))$$, $$values
	(1::bigint, null::text, '[1, null, null, null]'::jsonb),
	(2, 'UNKNOWN_TASK task_id: task_id names no task', '[1, null, null, null]')$$,
	'create: if_match replaces all links');
select is(pg_temp.stored(1), '[1, null, null, null]', 'create: absent links are cleared');

-- log
select results_eq($$select ord, outcome, pg_temp.links(answer), answer ->> 'tag' from answers('sessions.log',
	pg_temp.request(20, '{"minutes": 5, "tag": "Go", "project_id": 1}'),
	pg_temp.request(21, '{"minutes": 5, "tag": "New", "task_id": 1, "skill_id": 2}'),
	pg_temp.request(22, '{"minutes": 5, "tag": "Never", "task_id": 9}'),
	pg_temp.request(23, '{"minutes": 5, "tag": "Go", "project_id": 9}'))$$, $$values
	(1::bigint, null::text, '[null, null, null, 1]'::jsonb, 'Go'), (2, null, '[1, null, 2, null]', 'New'),
	(3, 'UNKNOWN_TASK task_id: task_id names no task', '[null, null, null, null]', null),
	(4, 'UNKNOWN_PROJECT project_id: project_id names no project', '[null, null, null, null]', null)$$,
	'log: keeps links; an unknown one is refused');
select is_empty($$select from topics where name = 'Never'$$, 'log: a refused link makes no topic');
select is_empty('select from sessions where id = any (ids(22, 23))', 'log: and no session');
select results_eq($$select ord, outcome, answer -> 'details.fields', pg_temp.links(answer) from answers('sessions.log',
	pg_temp.request(20, '{"minutes": 5, "tag": "Go", "project_id": 1}'),
	pg_temp.request(21, '{"minutes": 5, "tag": "New", "task_id": 9}'))$$, $$values
	(1::bigint, null::text, 'null'::jsonb, '[null, null, null, 1]'::jsonb),
	(2, 'SESSION_EXISTS: the session exists with other values: task_id, skill_id', '["task_id", "skill_id"]', '[1, null, 2, null]')$$,
	'log: compares links');
select results_eq($$select ord, outcome, pg_temp.links(answer) from answers('sessions.log',
	pg_temp.request(20, '{"minutes": 5, "tag": "Go", "goal_id": 2, "if_match": "*"}'),
	pg_temp.request(21, '{"minutes": 5, "tag": "Never", "goal_id": 9, "if_match": "*"}'))$$, $$values
	(1::bigint, null::text, '[null, 2, null, null]'::jsonb),
	(2, 'UNKNOWN_GOAL goal_id: goal_id names no goal', '[1, null, 2, null]')$$, 'log: if_match replaces all links');
select is_empty($$select from topics where name = 'Never'$$, 'log: a refused replacement makes no topic');

-- update and get
select results_eq($$select ord, outcome, pg_temp.links(answer) from answers('sessions.update',
	pg_temp.request(1, '{"goal_id": 2}'), pg_temp.request(2, '{"task_id": null, "project_id": 1}'),
	pg_temp.request(3, '{"skill_id": 9}'))$$, $$values
	(1::bigint, null::text, '[1, 2, null, null]'::jsonb), (2, null, '[null, null, null, 1]'),
	(3, 'UNKNOWN_SKILL skill_id: skill_id names no skill', '[null, null, 9, null]')$$,
	'update: changes the given links, null clears');
select is(pg_temp.stored(3), '[null, null, null, null]', 'update: a refused request changes nothing');
select results_eq($$select ord, pg_temp.links(answer) from answers('sessions.get', pg_temp.request(1, '{}'))$$,
	$$values (1::bigint, '[1, 2, null, null]'::jsonb)$$, 'get: shows links');

-- Idempotency keys. Without links, the fingerprint is that of the versions before.
select results_eq($$select ord, outcome, pg_temp.links(answer) from answers('sessions.create',
	pg_temp.request(30, '{"topic_id": 11, "idempotency_key": "plain"}'),
	pg_temp.request(31, '{"topic_id": 11, "idempotency_key": "linked", "task_id": 1, "goal_id": 2}'))$$, $$values
	(1::bigint, null::text, '[null, null, null, null]'::jsonb), (2, null, '[1, 2, null, null]')$$, 'keys: first requests');
select is((select fingerprint from idempotency_keys where key = 'plain'),
	request_fingerprint('["sessions.create", 11, null, null, null]'), 'keys: the fingerprint of create without links stays');
select is((select count(*) from answers('sessions.log', pg_temp.request(32, '{"minutes": 5, "tag": "Go", "idempotency_key": "log"}'))),
	1::bigint, 'keys: log');
select is((select fingerprint from idempotency_keys where key = 'log'),
	request_fingerprint('["sessions.log", 5, "Go", null, null]'), 'keys: the fingerprint of log without links stays');
update idempotency_keys set answer = answer - '{task_id,goal_id,skill_id,project_id}'::text[] where key = 'plain';
select results_eq($$select ord, outcome, answer ->> 'id', pg_temp.links(answer) from answers('sessions.create',
	pg_temp.request(40, '{"topic_id": 11, "idempotency_key": "plain"}'),
	pg_temp.request(41, '{"topic_id": 11, "idempotency_key": "linked", "task_id": 1, "goal_id": 2}'))$$, $$values
	(1::bigint, null::text, id(30)::text, '[null, null, null, null]'::jsonb), (2, null, id(31)::text, '[1, 2, null, null]')$$,
	'keys: the stored response has its links, and none if a version before stored it');
select results_eq($$select ord, outcome from answers('sessions.create',
	pg_temp.request(42, '{"topic_id": 11, "idempotency_key": "plain", "task_id": 1}'),
	pg_temp.request(43, '{"topic_id": 11, "idempotency_key": "linked", "task_id": 1, "skill_id": 2}'))$$, $$values
	(1::bigint, 'IDEMPOTENCY_KEY_REUSED'), (2, 'IDEMPOTENCY_KEY_REUSED')$$, 'keys: other links are another request');

-- A deleted row loses its links; the session comes back without them.
select is((select count(*) from answers('sessions.delete', pg_temp.request(31, '{}'))), 1::bigint, 'deleted');
select is((select array_agg(outcome) from answers('tasks.delete', '{"task_id": 1}')), '{null}', 'the task is deleted');
select is(pg_temp.stored(1), '[null, 2, null, null]', 'a live session loses its link');
select results_eq($$select outcome, pg_temp.links(answer) from answers('sessions.restore', pg_temp.request(31, '{}'))$$,
	$$values (null::text, '[null, 2, null, null]'::jsonb)$$, 'so does a deleted one');
select is((select array_agg(outcome) from answers('tasks.restore', '{"task_id": 1}')), '{null}', 'the task is restored');
select is(pg_temp.stored(1), '[null, 2, null, null]', 'the link does not come back');

-- sessions.list, by links. Task 2 has more sessions than the statement reads by their ids.
delete from sessions;
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, created_at, notes, task_id, goal_id, project_id, deleted_at)
select 1, id(n), 11, date '2026-01-01' + n * 31 % 60, 1, timestamptz '2026-01-01Z' + n / 5 * interval '1 hour',
	case when n % 7 = 0 then 'Übung' end, case when n % 40 = 0 then 1 when n % 2 = 0 then 2 end,
	case when n % 3 = 0 then 1 end, case when n % 5 = 0 then 1 end, case when n % 11 = 0 then now() end
from generate_series(1, 3600) as n;

create function pg_temp.read(request jsonb, out ids uuid[], out pages int)
	language plpgsql as $$
declare
	next text;
	page constant int := (request ->> 'limit')::int;
begin
	ids := '{}';
	pages := 0;
	loop
		select ids || coalesce(array_agg((a.answer ->> 'id')::uuid order by a.place)
				filter (where a.place <= page and a.answer ->> 'id' is not null), '{}'),
			coalesce(max(a.answer ->> 'next_cursor') filter (where a.place <= page and a.answer ->> 'id' is null),
				case when count(*) > page then max(a.answer ->> 'next_cursor') filter (where a.place = page) end)
		into ids, next
		from (select a.*, row_number() over () as place from test.answers('sessions.list', request) as a) as a;
		pages := pages + 1;
		exit when next is null or pages > 1000;
		request := request || jsonb_build_object('cursor_key', split_part(next, '~', 1), 'cursor_id', split_part(next, '~', 2));
	end loop;
end
$$;
create function pg_temp.plain(request jsonb) returns uuid[]
	language sql as $$
	select coalesce(array_agg(s.id order by
		case request ->> 'sort' when 'created_at' then extract(epoch from s.created_at) when '-created_at' then -extract(epoch from s.created_at)
			when 'study_date' then s.study_date - date '2000-01-01' else date '2000-01-01' - s.study_date end,
		case when request ->> 'sort' not like '-%' then s.id end, case when request ->> 'sort' like '-%' then s.id end desc), '{}')
	from sessions as s
	where s.account_id = 1 and s.deleted_at is null
		and (request ->> 'task_id' is null or s.task_id = (request ->> 'task_id')::int)
		and (request ->> 'goal_id' is null or s.goal_id = (request ->> 'goal_id')::int)
		and (request ->> 'skill_id' is null or s.skill_id = (request ->> 'skill_id')::int)
		and (request ->> 'project_id' is null or s.project_id = (request ->> 'project_id')::int)
		and (request ->> 'topic_id' is null or s.topic_id = (request ->> 'topic_id')::int)
		and (request ->> 'from' is null or s.study_date >= (request ->> 'from')::date)
		and (request ->> 'q' is null or s.notes is not null)
	$$;
create temp table lists as
select filter::jsonb || jsonb_build_object('sort', sort, 'limit', page) as request
from unnest('{created_at,-created_at,study_date,-study_date}'::text[]) as sort
cross join (values ('{"task_id": 1}', 7), ('{"task_id": 2}', 500), ('{"goal_id": 1, "task_id": 1}', 7), ('{"skill_id": 1}', 7),
	('{"project_id": 1, "topic_id": 11}', 50), ('{"goal_id": 1, "topic_id": 12}', 50), ('{"task_id": 2, "project_id": 1, "from": "2026-02-01"}', 50),
	('{"task_id": 1, "q": "ubung"}', 7), ('{"task_id": 2, "q": "ubung"}', 50), ('{"goal_id": 1, "from": "2026-02-01"}', 50)) as filters (filter, page);
select is((select r.ids from pg_temp.read(request) as r), pg_temp.plain(request), 'list: ' || request::text) from lists;
select ok(cardinality(pg_temp.plain(request)) > 0, 'has rows: ' || request::text) from lists
where not request ?| '{skill_id}' and request ->> 'topic_id' is distinct from '12';
select is((pg_temp.read('{"task_id": 1, "limit": 100, "sort": "created_at"}')).pages, 1, 'list: few sessions of a task are one page');
select totals_are_right('after all statements');
select * from finish();
rollback;
