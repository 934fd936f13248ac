-- The functions that rows of system C are read with, the history of skills, and goals in circles.
begin;
select no_plan();

insert into accounts (account_id, name, time_zone, week_start, day_starts_at) overriding system value values
	(11, 'east', 'Pacific/Kiritimati', 7, '04:00'), (12, 'cet', 'CET', 1, '00:00');

-- Days.
select is(account_today(11), account_today('Pacific/Kiritimati', '04:00'), 'today of an account');
select is(account_today(99), null, 'no account has no day');
select is(account_day_start(account, day::date), start::timestamptz, format('the day %s of account %s', day, account))
from (values (1, '2026-03-29', '2026-03-29 00:00+00'), (11, '2026-03-29', '2026-03-28 14:00+00'), (12, '2026-03-29', '2026-03-28 23:00+00'),
	(12, '2026-03-30', '2026-03-29 22:00+00'), (1, null, null)) as t (account, day, start);
select is_empty($$
	select a.account_id, d
	from accounts as a
	cross join generate_series(timestamp '2026-01-01', '2026-12-31', interval '1 day') as d
	where account_day(a.time_zone, a.day_starts_at, account_day_start(a.account_id, d::date)) <> d::date
		or account_day(a.time_zone, a.day_starts_at, account_day_start(a.account_id, d::date) - interval '1 second') <> d::date - 1$$,
	'each day begins where account_day says');
-- In every zone, around each change of its clocks. Of two equal times a day begins with the first.
create temp table change as
select z.name, d.day::date as day
from (select name from pg_timezone_names where name !~ '^(posix|right)/') as z
cross join generate_series(timestamp '2025-12-31', '2026-12-31', interval '1 day') as d (day)
where local_time((d.day + interval '1 day') at time zone 'UTC', z.name) - local_time(d.day at time zone 'UTC', z.name) <> interval '1 day';
insert into accounts (name, time_zone, day_starts_at)
select c.name, c.name, s.start from (select distinct name from change) as c, unnest(array['00:00', '01:00', '02:00', '02:30', '03:00']::time[]) as s (start);
create temp table days as
select a.time_zone, a.day_starts_at, d.day, account_day_start(a.account_id, d.day) as start, account_day_start(a.account_id, d.day + 1) as past
from (select distinct c.name, c.day + n as day from change as c, generate_series(-1, 2) as n) as d
join accounts as a on a.time_zone = d.name and a.name = d.name;
select is_empty($$select * from days where account_day(time_zone, day_starts_at, start) <> day
	or account_day(time_zone, day_starts_at, start - interval '1 microsecond') <> day - 1$$, 'a day begins where account_day first says so, in every zone');
select is_empty($$select d.*, i.instant from days as d cross join generate_series(d.start, d.past - interval '1 second', '20 minutes') as i (instant)
	where account_day(d.time_zone, d.day_starts_at, i.instant) <> d.day and d.day_starts_at <> '02:30'
		and d.time_zone not in ('Antarctica/Troll', 'Pacific/Chatham', 'NZ-CHAT')$$, 'and goes on until the next, unless the clocks go back over its beginning');
select cmp_ok((select count(*) from days), '>', 5000::bigint, 'many zones have changes');
update accounts set time_zone = zone, day_starts_at = start
from (values (1, 'Europe/Berlin', '02:30'::time), (2, 'Atlantic/Azores', '00:00'), (3, 'Pacific/Apia', '12:00')) as t (id, zone, start) where account_id = id;
select is(account_day_start(account, day::date), start::timestamptz, format('the clocks of account %s change on %s', account, day))
from (values (1, '2026-03-29', '2026-03-29 01:00+00'), (1, '2026-10-25', '2026-10-25 00:30+00'), (2, '2026-10-25', '2026-10-25 00:00+00'),
	(3, '2011-12-29', '2011-12-29 22:00+00'), (3, '2011-12-30', '2011-12-30 10:00+00'), (3, '2011-12-31', '2011-12-30 22:00+00')) as t (account, day, start);
update accounts set time_zone = null, day_starts_at = '00:00' where account_id in (1, 2, 3);
set local TimeZone = 'Atlantic/Azores';
select is(account_day_start(1, '2026-10-25'), '2026-10-25 00:00+00', 'the day of an account without a zone begins where the connection''s clocks say');
set local TimeZone = 'UTC';
select is(account_week(account, day::date), week::date, format('the week of %s of account %s', day, account))
from (values (1, '2026-11-22', '2026-11-16'), (1, '2026-11-23', '2026-11-23'), (11, '2026-11-21', '2026-11-15'), (11, '2026-11-22', '2026-11-22')) as t (account, day, week);
select is(instant_text('2026-11-21 09:04:00.000001+01'), '2026-11-21T08:04:00.000001Z', 'the text of an instant');

-- Lists of ids.
select is(distinct_ids(ids::bigint[]), wanted::bigint[], format('the distinct ids of %s', ids))
from (values ('{}', '{}'), ('{3,1,3,2,1}', '{3,1,2}'), (null, null)) as t (ids, wanted);
select is(distinct_ids('[3, 1, 3, 9007199254740993]'::jsonb), '{3,1,9007199254740993}', 'the distinct ids of a JSON list');

-- Tags.
insert into tags (account_id, id, name, deleted_at) overriding system value values (1, 1, 'sql', null), (1, 2, 'Straße', null), (1, 3, 'sql', now()), (2, 4, 'theirs', null);
insert into learnings (account_id, title, tag_ids, deleted_at) values (1, 'a', '{1,2}', null), (1, 'b', '{1}', null), (1, 'c', '{1}', now());
insert into feedback (account_id, content, tag_ids) values (1, 'f', '{2}');
select is(tag_names(1, '{2,99,3,4,1}'), '{Straße,sql}', 'the names of live tags, in the order of the ids');
select is(tag_names(1, '{}'), '{}', 'no tags');
select is(array[tag_count(1, 1, 'learning'), tag_count(1, 1, 'feedback'), tag_count(1, 2, 'feedback'), tag_count(2, 4, 'learning')], '{2,0,1,0}', 'live rows are counted');
with made as (insert into tags (account_id, id, name) overriding system value values (1, 7, 'new') returning id)
select is(tag_names_now(1, array[id]), '{new}', 'the volatile function sees a tag that its own statement makes') from made;

-- Rows by their unique key.
insert into projects (account_id, id, name, path) overriding system value values (1, 1, 'proj', '/home/a'), (1, 2, 'other', null);
insert into skills (account_id, id, name, deleted_at) overriding system value values (1, 1, 'Go', null), (1, 2, 'C', now());
insert into skill_projects (account_id, id, skill_id, project_id) overriding system value values (1, 1, 1, 1), (1, 2, 1, 2);
insert into organizations (account_id, id, name, type) overriding system value values (1, 1, 'Host', 'host');
select results_eq($$select (skill_of_key_now(1, 'go')).id, (organization_of_key_now(1, 'host')).id, (tag_of_key_now(1, text_key('STRASSE'))).id,
	(project_of_key_now(1, path_key('/home/a'))).id, (skill_project_of_key_now(1, 1, 2)).id$$, 'values (1::bigint, 1::bigint, 2::bigint, 1::bigint, 2::bigint)', 'rows by their key');
select is_empty($$select from skill_of_key_now(1, 'c') union all select from skill_of_key_now(2, 'go') union all select from project_of_key_now(1, null)
	union all select from skill_project_of_key_now(1, 2, 1)$$, 'deleted rows and those of others have no key');

-- The history of a skill.
select is(array_agg(confidence_level), '{1}', 'the first level of a skill is kept') from skill_progress where skill_id = 1;
update skills set notes = 'n', confidence_level = 1 where id = 1;
update skills set confidence_level = 4 where id = 1;
select is(array_agg(confidence_level order by id), '{1,4}', 'and each change') from skill_progress where skill_id = 1;
insert into skills (account_id, id, name, confidence_level) values (1, 1, 'Go', 5) on conflict (account_id, id) do update set confidence_level = excluded.confidence_level;
select is(array_agg(confidence_level order by id), '{1,4,5}', 'also by an insert that becomes an update') from skill_progress where skill_id = 1;
select is(skill_project_count(1, 1), 2, 'projects of a skill');

-- People and meetings.
insert into people (account_id, id, name, role, deleted_at) overriding system value values (1, 1, 'Ana', 'coach', null), (1, 2, 'Koa', null, null), (1, 3, 'Gone', null, now()), (1, 4, 'Never', null, null);
insert into meetings (account_id, id, title, meeting_date, attendee_ids, deleted_at) overriding system value
select 1, n, 'm', account_today(1) - 100 + n, case when n = 3 then '{1,2}' else '{2}' end::bigint[], case when n = 99 then now() end
from generate_series(1, 120) as n where n <> 100;
select is(people_of(1, '{2,3,1,99}'), '[{"id": 2, "name": "Koa", "role": null}, {"id": 1, "name": "Ana", "role": "coach"}]', 'live people in their order');
select is(people_of(2, '{1}'), '[]', 'no people of another account');
select is(account_today(1) - person_last_met(1, person), days, 'days since person ' || person || ' was met') from (values (1, 97), (2, 2), (4, null)) as t (person, days);

-- Action items and their source.
insert into feedback (account_id, id, content) overriding system value values (1, 1, 'f');
insert into action_items (account_id, id, description, status, completed_at, due_date, source_type, source_id, deleted_at) overriding system value values
	(1, 1, 'a', 'done', '2026-01-01', '2026-01-02', 'meeting', 1, null), (1, 2, 'b', 'todo', null, null, 'meeting', 1, now()), (1, 3, 'c', 'todo', null, null, 'feedback', 1, null);
select is(actions_of(1, 'meeting', 1), '[{"id": 1, "status": "done", "due_date": "2026-01-02", "priority": "medium", "description": "a", "completed_at": "2026-01-01T00:00:00.000000Z"}]', 'action items of a meeting');
select is(array[actions_of(1, 'meeting', 2), actions_of(2, 'meeting', 1)], '{[],[]}', 'none of another meeting or account');
select is(source_exists_held(1, type, id), is_there, format('source %s %s', type, id))
from (values ('meeting', 1, true), ('meeting', 99, false), ('meeting', 1000, false), ('feedback', 1, true), ('feedback', 2, false), ('task', 1, false)) as t (type, id, is_there);

-- Goals.
insert into goals (account_id, id, title) overriding system value select 1, n, 'g' from generate_series(1, 1010) as n;
update goals set parent_goal_id = id - 1 where id between 2 and 5;
select is(goal_is_at_or_below(1, parent, goal), is_below, format('goal %s below goal %s', parent, goal))
from (values (1, 1, true), (5, 1, true), (2, 1, true), (1, 2, false), (6, 1, false), (null, 1, null), (999999, 1, false)) as t (parent, goal, is_below);
set local session_replication_role = replica; -- no trigger
update goals set parent_goal_id = id - 1 where id between 6 and 1010;
set local session_replication_role = origin;
select is(goal_is_at_or_below(1, parent, 5000), is_below, format('more than 1000 levels are refused: goal %s', parent)) from (values (1000, false), (1001, true)) as t (parent, is_below);
select refuses('a circle that one statement closes', '40001', 'update goals set parent_goal_id = 3 - id where id in (1, 2)');
select lives_ok($$update goals set title = 't' where id = 2$$, 'other changes of a goal with a parent');
insert into milestones (account_id, id, goal_id, description, completed, completed_at, deleted_at) overriding system value values
	(1, 1, 1, 'a', true, '2026-01-01', null), (1, 2, 1, 'b', false, null, null), (1, 3, 1, 'c', false, null, now()), (1, 4, 2, 'd', false, null, null);
select is(goal_milestones(1, 1), '[{"id": 1, "completed": true, "description": "a", "target_date": null, "completed_at": "2026-01-01T00:00:00.000000Z"},
	{"id": 2, "completed": false, "description": "b", "target_date": null, "completed_at": null}]', 'milestones of a goal');
select is(array[goal_milestone_count(1, 1, null), goal_milestone_count(1, 1, true), goal_milestone_count(1, 1, false), goal_milestone_count(2, 1, null)], '{2,1,1,0}', 'and their number');

-- Minutes of the week.
insert into topics (account_id, id, name) overriding system value select 11, n, 'topic ' || n from generate_series(1, 3) as n;
insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
select 11, id(10 * t + d), t, account_week(11, account_today(11)) + d - 1, 10 * t from generate_series(1, 3) as t, unnest('{0,1,7,8}'::int[]) as d;
select is(goal_minutes_this_week(11, topics::bigint[]), minutes, 'minutes of ' || topics) from (values ('{}', null), ('{1}', 20), ('{1,3}', 80), ('{9}', 0)) as t (topics, minutes);
select is(goal_minutes_this_week(1, '{1}'), 0, 'no minutes of another account');

-- Search.
insert into tasks (account_id, id, title, description, deleted_at) overriding system value values (1, 1, 'Write the Café report', null, null), (1, 2, 'x', 'REPORT it', now()), (2, 3, 'report', null, null);
select is(array(select unnest(search_rows('tasks', 1, '%report%')) order by 1), '{1,2}', 'rows with the text');
select is(search_rows('tasks', 1, '%' || search_key('cafe') || '%'), '{1}', 'without accents');
insert into tasks (account_id, title) select 1, 'common words' from generate_series(1, 3000);
select is(search_rows('tasks', 1, '%common%'), null, 'too many rows');
select refuses('another table', '42P01', $$select search_rows('accounts', 1, '%x%')$$);

select * from finish();
rollback;
