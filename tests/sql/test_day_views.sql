-- today.get, review.get, energy.patterns, feedback.themes and search.find: what they show of rows
-- of several kinds, and that a search is bounded.
\getenv prepare_all PREPARE_ALL
\i :prepare_all
begin;
select no_plan();

update accounts set time_zone = 'Europe/Berlin', week_start = 1, day_starts_at = '00:00' where account_id in (1, 2);
insert into topics (account_id, id, name) overriding system value values (1, 11, 'Go'), (1, 12, 'Rust'), (2, 21, 'Go');
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, notes) values
	(1, id(1), 11, '2026-11-23', 30, 'channels'), (1, id(2), 11, '2026-11-25', 20, null),
	(1, id(3), 12, '2026-11-25', 10, 'Borrow checker'), (1, id(4), 12, '2026-11-30', 5, null),
	(2, id(5), 21, '2026-11-25', 500, 'channels');
insert into people (account_id, id, name, role) overriding system value values (1, 1, 'Ada', 'coach'), (1, 2, 'Bob', null);
insert into tags (account_id, id, name) overriding system value values (1, 1, 'aws'), (1, 2, 'net');
insert into tasks (account_id, id, title, date, status, completed_at) overriding system value values
	(1, 1, 'Read about channels', '2026-11-25', 'todo', null), (1, 2, 'Done today', '2026-11-25', 'done', now()),
	(1, 3, 'Late', '2026-11-20', 'in_progress', null), (1, 4, 'Done late', '2026-11-20', 'done', now()),
	(1, 5, 'Tomorrow', '2026-11-26', 'todo', null), (2, 6, 'Of another', '2026-11-25', 'todo', null);
insert into tasks (account_id, id, title, date, deleted_at) overriding system value
values (1, 7, 'Deleted channels', '2026-11-25', now());
insert into meetings (account_id, id, title, meeting_date, meeting_time, attendee_ids) overriding system value values
	(1, 1, 'Late meeting', '2026-11-25', '16:00', '{}'), (1, 2, 'Early meeting', '2026-11-25', '09:05', '{1}'),
	(1, 3, 'Another day', '2026-11-24', null, '{1}');
insert into feedback (account_id, id, content, from_person_id, feedback_date, category, sentiment, tag_ids)
overriding system value values
	(1, 1, 'Explains channels well', 1, '2026-11-25', 'technical', 'positive', '{1,2}'),
	(1, 2, 'Speak up', 1, '2026-11-24', 'behavioral', 'constructive', '{2}'),
	(1, 3, 'Good', null, '2026-10-01', 'technical', 'positive', '{}');
insert into learnings (account_id, id, title, date, tag_ids) overriding system value values
	(1, 1, 'Channels block', '2026-11-25', '{1}'), (1, 2, 'Zones', '2026-11-24', '{1}');
insert into action_items (account_id, id, description, due_date, status, completed_at, source_type, source_id)
overriding system value values
	(1, 1, 'Send the notes', '2026-11-25', 'todo', null, 'meeting', 2), (1, 2, 'Overdue', '2026-11-01', 'todo', null, null, null),
	(1, 3, 'Later', '2026-12-01', 'todo', null, null, null), (1, 4, 'Done', '2026-11-25', 'done', now(), null, null);
insert into energy_checkins (account_id, checkin_datetime, energy_level, engagement_level)
select 1, instant, energy, 3
from (values
	('2026-11-24T08:10+01:00'::timestamptz, 5), ('2026-11-25T08:20+01:00', 4), ('2026-11-25T08:50+01:00', 3),
	('2026-11-25T20:00+01:00', 1), ('2026-10-25T08:00+01:00', 1)) as e (instant, energy);

-- today.get: account_id, date
create temp table response as execute "today.get"('{1,2,3}', '{2026-11-25,2026-11-25,2026-11-25}');
select is((select array_agg(t ->> 'title') from response, jsonb_array_elements(tasks) as t where ord = 1),
	array['Read about channels', 'Done today'], 'today: the tasks of the day, by id');
select is((select array_agg(t ->> 'title') from response, jsonb_array_elements(overdue) as t where ord = 1),
	array['Late'], 'today: open tasks of earlier days');
select is((select array_agg(m ->> 'meeting_time') from response, jsonb_array_elements(meetings) as m where ord = 1),
	array['09:05', '16:00'], 'today: meetings in the order of their time');
select is((select meetings -> 0 -> 'attendees' from response where ord = 1),
	'[{"id": 1, "name": "Ada", "role": "coach"}]'::jsonb, 'today: who attends');
select is((select array_agg(a ->> 'description') from response, jsonb_array_elements(action_items) as a where ord = 1),
	array['Overdue', 'Send the notes'], 'today: open action items that are due, the oldest first');
select results_eq('select ord, minutes, sessions, minutes_this_week, has_more from response', $$values
	(1::bigint, 30::bigint, 2::bigint, 60::bigint, false), (2, 500, 1, 500, false), (3, 0, 0, 0, false)$$,
	'today: totals of the day and the week; accounts apart');
select is((select (tasks, overdue, meetings, action_items)::text from response where ord = 3),
	'([],[],[],[])', 'today: an empty account');
drop table response;
insert into tasks (account_id, title, date) select 3, 'n' || n, '2026-11-25' from generate_series(1, 101) as n;
create temp table response as execute "today.get"('{3}', '{2026-11-25}');
select is((select jsonb_array_length(tasks)::text || has_more from response), '100true', 'today: 100 rows of a list');
drop table response;

-- review.get: account_id, from, to
create temp table response as execute "review.get"('{1,1,1,1}', '{2026-11-23,2026-11-25,2026-11-25,2025-11-01}',
	'{2026-11-30,2026-11-26,2026-11-25,2026-11-03}');
select is((select counts from response where ord = 1), '{"tasks": 3, "tasks_done": 1, "learnings": 2, "feedback": 2,
	"meetings": 3, "energy_checkins": 4, "minutes": 60, "sessions": 3}'::jsonb, 'review: counts by kind');
select is((select jsonb_array_length(by_day) from response where ord = 1), 7, 'review: every day of the range');
select is((select by_day -> 2 from response where ord = 1), '{"day": "2026-11-25", "tasks": 2, "tasks_done": 1, "learnings": 1,
	"feedback": 1, "meetings": 2, "energy_checkins": 3, "minutes": 30, "sessions": 2}'::jsonb, 'review: a day');
select is((select by_tag from response where ord = 1), '[{"tag": "aws", "learnings": 2, "feedback": 1},
	{"tag": "net", "learnings": 0, "feedback": 2}]'::jsonb, 'review: counts by tag');
select is((select by_topic from response where ord = 1), '[{"topic_id": 11, "tag": "Go", "minutes": 50, "sessions": 2},
	{"topic_id": 12, "tag": "Rust", "minutes": 10, "sessions": 1}]'::jsonb, 'review: totals by topic');
select is((select counts ->> 'tasks' from response where ord = 2), '2', 'review: the end is exclusive');
select is((select (outcome, counts ->> 'tasks', by_day)::text from response where ord = 3), '(,0,[])', 'review: an empty range');
select is((select outcome from response where ord = 4),
	'RANGE_TOO_LARGE from: the range must not be longer than 366 days', 'review: a long range');
drop table response;
create temp table response as execute "review.get"('{1,1}', '{NULL,2026-11-03}', '{2026-11-26,NULL}');
select results_eq('select "from", "to" from response', $$values
	('2026-11-23'::date, '2026-11-26'::date), ('2026-11-03', '2026-11-10')$$, 'review: half a range');
drop table response;
insert into tasks (account_id, title, date) values (2, 'The last day', '9999-12-31');
create temp table response as execute "review.get"('{2,2,2,2}', '{9999-12-28,9999-12-31,9999-12-30,NULL}', '{NULL,NULL,9999-12-31,1900-01-01}');
select results_eq($$select "from", "to", by_day -> -1 ->> 'day', counts ->> 'tasks' from response$$, $$values
	('9999-12-28'::date, '9999-12-31'::date, '9999-12-31', '1'), ('9999-12-31', '9999-12-31', '9999-12-31', '1'),
	('9999-12-30', '9999-12-31', '9999-12-30', '0'), ('1900-01-01', '1900-01-01', null, '0')$$,
	'review: half a range ends with the years that have days');
drop table response;

-- The clocks go back, to the start of a day and over it. A check-in counts in one of two ranges.
update accounts set time_zone = zone, day_starts_at = start
from (values (2, 'Atlantic/Azores', '00:00'::time), (3, 'Europe/Berlin', '02:30')) as t (id, zone, start) where account_id = id;
insert into energy_checkins (account_id, checkin_datetime, energy_level, engagement_level)
select a, i::timestamptz, 3, 3 from generate_series(2, 3) as a, unnest(array['2026-10-24T23:50Z', '2026-10-25T00:40Z', '2026-10-25T01:10Z', '2026-10-25T01:40Z']) as i;
create temp table response as execute "review.get"('{2,2,2,3,3,3}', '{2026-10-24,2026-10-25,2026-10-24,2026-10-24,2026-10-25,2026-10-24}',
	'{2026-10-25,2026-10-26,2026-10-26,2026-10-25,2026-10-26,2026-10-26}');
select results_eq($$select counts ->> 'energy_checkins', array(select (d ->> 'energy_checkins')::int from jsonb_array_elements(by_day) as d) from response$$,
	$$values ('1', '{1}'::int[]), ('3', '{3}'), ('4', '{1,3}'), ('1', '{1}'), ('3', '{3}'), ('4', '{2,2}')$$, 'review: days on which the clocks go back');
drop table response;
delete from energy_checkins where account_id in (2, 3);
update accounts set time_zone = 'Europe/Berlin', day_starts_at = '00:00' where account_id = 2;
update accounts set time_zone = null, day_starts_at = '00:00' where account_id = 3;

-- energy.patterns: account_id, from, to
create temp table response as execute "energy.patterns"('{1,1,2}', '{NULL,2026-11-25,NULL}', '{NULL,2026-11-26,NULL}');
select is((select by_hour from response where ord = 1), '[{"hour": 8, "checkins": 4, "energy_level": 3.25, "engagement_level": 3.00},
	{"hour": 20, "checkins": 1, "energy_level": null, "engagement_level": null}]'::jsonb,
	'patterns: by hour in the zone of the account; no mean of fewer than 3');
select is((select by_weekday from response where ord = 1), '[{"weekday": 2, "checkins": 1, "energy_level": null,
	"engagement_level": null}, {"weekday": 3, "checkins": 3, "energy_level": 2.67, "engagement_level": 3.00},
	{"weekday": 7, "checkins": 1, "energy_level": null, "engagement_level": null}]'::jsonb, 'patterns: by weekday');
select results_eq('select ord, checkins, energy_level, is_complete from response', $$values
	(1::bigint, 5::bigint, 2.8::float8, true), (2, 3, 2.67, true), (3, 0, null, true)$$, 'patterns: of the range');
drop table response;

-- feedback.themes: account_id, from, to
create temp table response as execute "feedback.themes"('{1,1,2}', '{NULL,2026-11-24,NULL}', '{NULL,2026-11-25,NULL}');
select results_eq('select ord, entries, is_complete from response', $$values (1::bigint, 3::bigint, true), (2, 1, true), (3, 0, true)$$,
	'themes: the range');
select is((select by_category from response where ord = 1), '[{"category": "technical", "entries": 2},
	{"category": "behavioral", "entries": 1}]'::jsonb, 'themes: by category');
select is((select by_sentiment from response where ord = 2), '[{"sentiment": "constructive", "entries": 1}]'::jsonb,
	'themes: by sentiment');
select is((select by_person from response where ord = 1), '[{"person_id": 1, "name": "Ada", "entries": 2},
	{"person_id": null, "name": null, "entries": 1}]'::jsonb, 'themes: by person');
select is((select by_tag from response where ord = 1), '[{"tag": "net", "entries": 2}, {"tag": "aws", "entries": 1}]'::jsonb,
	'themes: by tag');
select is((select by_month from response where ord = 1), '[{"month": "2026-10", "entries": 1},
	{"month": "2026-11", "entries": 2}]'::jsonb, 'themes: by month');
select is((select (by_category, by_tag, by_person, by_month)::text from response where ord = 3), '([],[],[],[])',
	'themes: none');
drop table response;

-- search.find: account_id, q, kind, limit
create temp table response as
execute "search.find"('{1,1,1,2,3,1}', '{CHANNELS,channels,ch,channels,channels,go}', '{NULL,task,NULL,NULL,NULL,NULL}', '{20,20,20,20,20,20}');
select set_eq('select ord, kind, title from response where kind is not null', $$values
	(1::bigint, 'task', 'Read about channels'), (1, 'feedback', 'Explains channels well'), (1, 'learning', 'Channels block'),
	(1, 'session', 'channels'), (2, 'task', 'Read about channels'), (3, 'task', 'Read about channels'),
	(3, 'feedback', 'Explains channels well'), (3, 'learning', 'Channels block'), (3, 'session', 'channels'),
	(3, 'session', 'Borrow checker'), (4, 'session', 'channels'), (6, 'topic', 'Go'), (6, 'feedback', 'Good')$$,
	'search: every kind, one kind, short texts, accounts apart, no deleted rows');
select is((select bool_and("head.is_complete") from response), true, 'search: complete');
select is((select count(*) from response where ord = 5 and kind is null), 1::bigint, 'search: nothing found');
drop table response;

insert into tasks (account_id, title) select 3, 'task ' || n from generate_series(1, 3000) as n;
create temp table response as execute "search.find"('{3}', '{task}', '{task}', '{5}');
select is((select count(*) || ' ' || bool_or("head.is_complete") from response), '5 false',
	'search: of a text that too many rows have, the newest are compared');
drop table response;
create temp table response as execute "search.find"('{3}', '{task 2999}', '{NULL}', '{5}');
select is((select title from response), 'task 2999', 'search: a rare text among many rows');

select * from finish();
rollback;
