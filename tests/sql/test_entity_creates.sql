-- The statements that the templates make: creates. One execution answers all of its requests, each
-- as if it were alone.
\getenv prepare_all PREPARE_ALL
begin;
select no_plan();
\i :prepare_all

insert into goals (account_id, id, title) values (1, 1, 'live'), (1, 2, 'deleted'), (2, 3, 'of another account');
insert into projects (account_id, id, name) values (1, 1, 'project');
insert into people (account_id, id, name) values (1, 1, 'Ada'), (1, 2, 'Bob'), (1, 3, 'deleted'), (2, 4, 'of another account');
update goals set deleted_at = now() where id = 2;
update people set deleted_at = now() where id = 3;

-- Defaults, derived columns and references.
create temp table task as select * from answers('tasks.create',
	'{"title": " a\tb "}',
	'{"title": "done", "status": "done", "goal_id": 1, "project_id": 1, "date": "2026-01-02", "estimated_time": 0}',
	'{"title": "c", "goal_id": 2}',
	'{"title": "d", "goal_id": 3}',
	'{"title": "e", "goal_id": 4, "project_id": 5}',
	'{"title": "f", "project_id": 5}',
	'{"title": "g", "account_id": 2, "goal_id": 3}');
select results_eq('select ord, outcome from task', $$values (1::bigint, null), (2, null),
	(3, 'UNKNOWN_GOAL goal_id: goal_id names no goal'), (4, 'UNKNOWN_GOAL goal_id: goal_id names no goal'),
	(5, 'UNKNOWN_GOAL goal_id: goal_id names no goal'), (6, 'UNKNOWN_PROJECT project_id: project_id names no project'),
	(7, null)$$, 'unknown, deleted and foreign rows are refused by the name of the param');
select results_eq($$select t.title, t.priority, t.status, t.date = account_today(1), t.goal_id, t.completed_at
	from tasks as t join task on t.id = (answer ->> 'id')::bigint where ord = 1$$,
	$$values (E' a\tb ', 'medium', 'todo', true, null::bigint, null::timestamptz)$$, 'the text is kept, and defaults are set');
select results_eq($$select answer ->> 'date', answer ->> 'goal_id', answer ->> 'estimated_time', (answer ->> 'completed_at')::timestamptz = now()
	from task where ord = 2$$, $$values ('2026-01-02', '1', '0', true)$$, 'a done task is completed now');
select results_eq('select account_id, title from tasks order by id', $$values (1::bigint, E' a\tb '), (1, 'done'), (2, 'g')$$,
	'refused requests create nothing, and ids ascend in the order of the requests');

-- Idempotency keys.
create temp table keyed as select * from answers('tasks.create',
	'{"title": "x", "goal_id": 9, "idempotency_key": "k"}',
	'{"title": "y", "idempotency_key": "k2", "description": "d"}');
create temp table again as select * from answers('tasks.create',
	'{"title": "x", "idempotency_key": "k"}',
	'{"title": "y", "idempotency_key": "k2", "description": "d"}',
	'{"title": "y", "idempotency_key": "k2"}',
	'{"title": "y", "idempotency_key": "k2", "description": "d", "account_id": 2}');
select results_eq('select outcome, answer ->> ''replayed'' from again order by ord', $$values (null, 'false'), (null, 'true'),
	('IDEMPOTENCY_KEY_REUSED', 'true'), (null, 'false')$$, 'a refused request stores no key; keys are of one account');
select is((select answer - 'replayed' from again where ord = 2), (select answer - 'replayed' from keyed where ord = 2),
	'the same request gets the stored response');

-- Unique columns.
insert into skills (account_id, id, name, deleted_at) values (1, 1, 'Rust', now());
create temp table skill as select * from answers('skills.create',
	'{"name": "C"}', '{"name": "c", "confidence_level": 5}', '{"name": "Straße"}', '{"name": "STRASSE"}', '{"name": "rust"}',
	'{"name": "C", "account_id": 2}', '{"name": "C", "idempotency_key": "s"}', '{"name": "Go", "idempotency_key": "go"}');
select results_eq('select ord from skill where outcome is null', 'values (1::bigint), (3), (5), (6), (8)',
	'the first of a batch gets a name; deleted rows and other accounts do not count');
select is(answer ->> 'details.skill_id', (select answer ->> 'id' from skill where ord = 1), 'a taken name: whose it is')
from skill where ord = 2;
select is(outcome, 'NAME_TAKEN: Skill with this name already exists', 'a taken name') from skill where ord = 4;
select results_eq($$select outcome, answer ->> 'replayed', answer ->> 'details.skill_id' from answers('skills.create',
		'{"name": "Go", "idempotency_key": "go"}', '{"name": "Go"}', '{"name": "Zig", "idempotency_key": "s"}')$$,
	$$select null, 'true', null union all
		select 'NAME_TAKEN: Skill with this name already exists', 'false', answer ->> 'id' from skill where ord = 8 union all
		select null, 'false', null$$, 'the key of a taken name is free, and that of a created row is stored');
select results_eq($$select outcome from answers('projects.create', '{"name": "a", "path": "/p"}', '{"name": "b", "path": "/p"}',
		'{"name": "c", "path": "/P"}', '{"name": "d"}', '{"name": "e"}')$$,
	$$values (null), ('PATH_TAKEN: Project with this path already exists'), (null), (null), (null)$$, 'no path is never taken');
select results_eq(format($$select outcome from answers('skill_projects.create', '{"skill_id": %1$s, "project_id": 1}',
		'{"skill_id": %1$s, "project_id": 1}', '{"skill_id": 9, "project_id": 1}', '{"skill_id": %1$s, "project_id": 9}')$$, answer ->> 'id'),
	$$values (null), ('SKILL_PROJECT_EXISTS: Skill project with this project_id already exists'), ('SKILL_NOT_FOUND'),
		('UNKNOWN_PROJECT project_id: project_id names no project')$$, 'two columns, and a parent')
from skill where ord = 1;

-- Lists of objects, of ids and of tags.
select is((select answer -> 'teams' from answers('skills.create', '{"name": "K8s", "teams": [{"team_name": "x", "relevance": "high"}]}')),
	'[{"team_name": "x", "relevance": "high"}]', 'objects are kept');
select results_eq($$select outcome, answer -> 'attendee_ids' from answers('meetings.create',
		'{"title": "a", "meeting_date": "2026-01-01", "attendee_ids": [2, 1, 2]}', '{"title": "b", "meeting_date": "2026-01-01"}',
		'{"title": "c", "meeting_date": "2026-01-01", "attendee_ids": [1, 3]}', '{"title": "d", "meeting_date": "2026-01-01", "attendee_ids": [4]}')$$,
	$$values (null, '[2, 1]'::jsonb), (null, '[]'), ('UNKNOWN_PERSON attendee_ids: attendee_ids names no person', 'null'),
		('UNKNOWN_PERSON attendee_ids: attendee_ids names no person', 'null')$$, 'ids keep their order, each once');
insert into tags (account_id, id, name, deleted_at) values (1, 1, 'Old', null), (1, 2, 'gone', now()), (2, 3, 'foreign', null);
select results_eq($$select outcome, answer -> 'tags' from answers('learnings.create',
		'{"title": "a", "tags": ["New", "old", "NEW", "gone", "foreign"]}', '{"title": "b", "tags": ["new", "Other"]}',
		'{"title": "c"}', '{"title": "d", "tags": []}', '{"title": "e", "tags": ["never"], "meeting_id": 9}',
		'{"title": "f", "tags": ["new"], "account_id": 2}')$$,
	$$values (null, '["New", "Old", "gone", "foreign"]'::jsonb), (null, '["New", "Other"]'), (null, '[]'), (null, '[]'),
		('UNKNOWN_MEETING meeting_id: meeting_id names no meeting', 'null'), (null, '["new"]')$$,
	'tags are compared without case; a new one is made once, by a request that is not refused');
select results_eq('select name from tags where id > 3 and account_id = 1 order by name_key',
	$$values ('foreign'), ('gone'), ('New'), ('Other')$$, 'the new tags of the account');

-- Instants without an offset are of the account's zone.
update accounts set time_zone = 'Europe/Berlin' where account_id = 1;
select results_eq($$select outcome, (answer ->> 'checkin_datetime')::timestamptz from answers('energy_checkins.create',
		'{"energy_level": 1, "engagement_level": 2, "checkin_datetime": "2026-01-31T18:30:00.000000"}',
		'{"energy_level": 1, "engagement_level": 2, "checkin_datetime": "2026-01-31T18:30:00.000000Z"}',
		'{"energy_level": 1, "engagement_level": 2, "checkin_datetime": "2026-03-29T02:30:00.000000"}',
		'{"energy_level": 1, "engagement_level": 2}')$$,
	$$values (null, timestamptz '2026-01-31 17:30Z'), (null, '2026-01-31 18:30Z'),
		('INVALID_INPUT checkin_datetime: checkin_datetime is a time that the account''s clocks skip', null), (null, now())$$,
	'an instant without offset, one with, one that does not exist, and now');

-- A parent.
select results_eq($$select outcome, answer ->> 'completed', (answer ->> 'completed_at')::timestamptz = now() from answers('milestones.create',
		'{"goal_id": 1, "description": "a"}', '{"goal_id": 1, "description": "b", "completed": true}',
		'{"goal_id": 2, "description": "c"}', '{"goal_id": 3, "description": "d"}')$$,
	$$values (null, 'false', null), (null, 'true', true), ('GOAL_NOT_FOUND', null, null), ('GOAL_NOT_FOUND', null, null)$$,
	'a parent that is unknown, deleted or foreign is not found');
select * from finish();
rollback;
