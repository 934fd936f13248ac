-- The statements that the templates make: updates, deletes and restores.
\getenv prepare_all PREPARE_ALL
begin;
select no_plan();
\i :prepare_all

insert into goals (account_id, id, title) values (1, 1, 'a'), (1, 2, 'b'), (1, 3, 'c'), (2, 4, 'of another account');
insert into tasks (account_id, id, title, description, goal_id, status, completed_at) values
	(1, 1, 'a', 'text', 1, 'todo', null), (1, 2, 'b', null, null, 'done', '2020-01-01Z'), (1, 3, 'c', null, null, 'done', '2020-01-01Z'),
	(1, 4, 'd', null, null, 'todo', null), (2, 5, 'of another account', null, null, 'todo', null);

-- Updates.
create temp table task as select * from answers('tasks.update',
	'{"task_id": 1, "title": "new", "description": null, "goal_id": null, "status": "done"}',
	'{"task_id": 2, "status": "todo"}', '{"task_id": 3, "priority": "low"}', '{"task_id": 4}', '{"task_id": 5, "title": "x"}',
	'{"task_id": 9, "title": "x"}');
select results_eq('select ord, outcome from task', 'values (1::bigint, null::text), (2, null), (3, null), (4, null)',
	'rows that are missing or foreign have no response');
select results_eq($$select t.title, t.description, t.goal_id, t.status, t.completed_at = now(), t.updated_at > t.created_at from tasks as t where id = 1$$,
	$$values ('new', null, null::bigint, 'done', true, true)$$, 'null clears');
select results_eq('select t.status, t.priority, t.completed_at, t.updated_at > t.created_at from tasks as t where id between 2 and 4 order by id',
	$$values ('todo', 'medium', null, true), ('done', 'low', '2020-01-01Z'::timestamptz, true), ('todo', 'medium', null, false)$$,
	'a derived column is kept, set and cleared; nothing named changes nothing');
select results_eq('select answer from task order by ord', $$select to_jsonb(t) - '{account_id,search_key,deleted_at}'::text[]
	from tasks as t where id < 5 order by id$$, 'the response is the row');
select results_eq($$select outcome from answers('tasks.update', '{"task_id": 1, "goal_id": 9}', '{"task_id": 2, "goal_id": 4}',
		'{"task_id": 3, "goal_id": 2, "if_match": "x"}', '{"task_id": 4, "goal_id": 2}')$$,
	$$values ('UNKNOWN_GOAL goal_id: goal_id names no goal'), ('UNKNOWN_GOAL goal_id: goal_id names no goal'),
		('PRECONDITION_FAILED'), (null)$$, 'a reference must name a live row of the account');
select results_eq('select goal_id from tasks where id < 5 order by id', 'values (null::bigint), (null), (null), (2)', 'refused requests change nothing');
select results_eq($$select outcome from answers('goals.update', '{"goal_id": 1, "parent_goal_id": 1}', '{"goal_id": 2, "parent_goal_id": 3}')$$,
	$$values ('INVALID_INPUT parent_goal_id: parent_goal_id must not be the goal itself or a goal below it'), (null)$$, 'checks of the description');
select results_eq($$select outcome from answers('goals.update', '{"goal_id": 3, "parent_goal_id": 2}')$$,
	$$values ('INVALID_INPUT parent_goal_id: parent_goal_id must not be the goal itself or a goal below it')$$, 'a check sees the rows of the table');

insert into energy_checkins (account_id, id, energy_level, engagement_level, checkin_datetime) values (1, 1, 1, 1, '2026-01-01Z'), (1, 2, 1, 1, '2026-01-01Z');
update accounts set time_zone = 'Europe/Berlin' where account_id = 1;
select results_eq($$select outcome, (answer ->> 'checkin_datetime')::timestamptz from answers('energy_checkins.update',
		'{"energy_checkin_id": 1, "checkin_datetime": "2026-03-29T02:30:00.000000"}', '{"energy_checkin_id": 2, "checkin_datetime": "2026-03-29T03:30:00.000000"}')$$,
	$$values ('INVALID_INPUT checkin_datetime: checkin_datetime is a time that the account''s clocks skip', timestamptz '2026-01-01Z'), (null, '2026-03-29 01:30Z')$$,
	'an instant without offset is of the account''s zone');

-- Unique columns.
insert into skills (account_id, id, name, teams) values (1, 1, 'C', '[{"team_name": "x"}]'), (1, 2, 'D', '[]'), (1, 3, 'E', '[]'), (1, 4, 'F', '[]');
create temp table skill as select * from answers('skills.update', '{"skill_id": 1, "name": "d"}', '{"skill_id": 2, "name": "X"}',
	'{"skill_id": 3, "name": "x"}', '{"skill_id": 4, "name": "f", "teams": []}');
select results_eq($$select outcome, answer -> 'details.skill_id' from skill$$,
	$$values ('NAME_TAKEN: Skill with this name already exists', 'null'::jsonb), (null, 'null'),
		('NAME_TAKEN: Skill with this name already exists', '2'), (null, 'null')$$, 'the first of a batch gets a name; a name that another one gives up is taken until then; the own name is free');
select results_eq('select name, teams from skills order by id', $$values ('C', '[{"team_name": "x"}]'::jsonb), ('X', '[]'), ('E', '[]'), ('f', '[]')$$,
	'the names after that');

-- Lists of ids and of tags.
insert into people (account_id, id, name) values (1, 1, 'Ada'), (1, 2, 'Bob'), (2, 3, 'of another account');
insert into meetings (account_id, id, title, meeting_date, attendee_ids) values (1, 1, 'a', '2026-01-01', '{1}'), (1, 2, 'b', '2026-01-01', '{1}'),
	(1, 3, 'c', '2026-01-01', '{1}'), (1, 4, 'd', '2026-01-01', '{1}');
select results_eq($$select outcome, answer -> 'attendee_ids' from answers('meetings.update', '{"meeting_id": 1, "attendee_ids": [2, 2, 1]}',
		'{"meeting_id": 2, "attendee_ids": []}', '{"meeting_id": 3, "title": "x"}')$$,
	$$values (null, '[2, 1]'::jsonb), (null, '[]'), (null, '[1]')$$, 'ids are replaced as a whole');
select results_eq($$select outcome from answers('meetings.update', '{"meeting_id": 4, "attendee_ids": [1, 3]}')$$,
	$$values ('UNKNOWN_PERSON attendee_ids: attendee_ids names no person')$$, 'each id must name a live row of the account');
insert into tags (account_id, id, name) values (1, 1, 'one'), (1, 2, 'two');
insert into learnings (account_id, id, title, tag_ids) values (1, 1, 'a', '{1}'), (1, 2, 'b', '{1}'), (1, 3, 'c', '{1,2}'), (1, 4, 'd', '{1}');
select results_eq($$select outcome, answer -> 'tags' from answers('learnings.update', '{"learning_id": 1, "tags": ["new", "TWO", "New"]}',
		'{"learning_id": 2, "tags": []}', '{"learning_id": 3, "title": "x"}', '{"learning_id": 9, "tags": ["never"]}')$$,
	$$values (null, '["new", "two"]'::jsonb), (null, '[]'), (null, '["one", "two"]')$$, 'tags are replaced as a whole');
select results_eq($$select outcome from answers('learnings.update', '{"learning_id": 4, "tags": ["never"], "if_match": "x"}')$$,
	$$values ('PRECONDITION_FAILED')$$, 'a condition comes before tags');
select results_eq('select name from tags order by id', $$values ('one'), ('two'), ('new')$$, 'refused requests make no tag');
select is((select answer -> 'tags' from answers('learnings.get', '{"learning_id": 1}')), '["new", "two"]', 'the tags of a row');

-- Deletes and restores.
select results_eq($$select ord, outcome, (answer ->> 'deleted_at')::timestamptz = now() from answers('skills.delete', '{"skill_id": 1}',
		'{"skill_id": 2, "if_match": "x"}', '{"skill_id": 9}')$$,
	$$values (1::bigint, null, true), (2, 'PRECONDITION_FAILED', null)$$, 'deletes');
select is_empty($$select * from answers('skills.get', '{"skill_id": 1}')$$, 'a deleted row is not found');
select is_empty($$select * from answers('skills.update', '{"skill_id": 1, "name": "x"}')$$, 'nor changed');
insert into skills (account_id, id, name, deleted_at) values (1, 5, 'Y', now()), (1, 6, 'y', now()), (1, 7, 'e', now());
create temp table restored as select * from answers('skills.restore', '{"skill_id": 1, "idempotency_key": "r"}', '{"skill_id": 2}', '{"skill_id": 5}',
	'{"skill_id": 6}', '{"skill_id": 7}', '{"skill_id": 9}');
select results_eq('select ord, outcome, answer -> ''details.skill_id'' from restored', $$values (1::bigint, null, 'null'::jsonb), (2, null, 'null'),
	(3, null, 'null'), (4, 'NAME_TAKEN: Skill with this name already exists', '5'), (5, 'NAME_TAKEN: Skill with this name already exists', '3')$$,
	'restores: a name that is taken meanwhile, also by the batch');
select is((select answer - 'replayed' from answers('skills.restore', '{"skill_id": 1, "idempotency_key": "r"}')),
	(select answer - 'replayed' from restored where ord = 1), 'a restore with the same key is replayed');
insert into milestones (account_id, id, goal_id, description, deleted_at) values (1, 1, 1, 'a', now()), (1, 2, 2, 'b', now());
update goals set deleted_at = now() where id = 2;
select results_eq($$select outcome, answer -> 'details.goal_id' from answers('milestones.restore', '{"milestone_id": 1}', '{"milestone_id": 2}')$$,
	$$values (null, 'null'::jsonb), ('GOAL_DELETED', '2')$$, 'a row of a deleted parent is not restored');
select * from finish();
rollback;
