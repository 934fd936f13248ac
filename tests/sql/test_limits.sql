-- The limits of the tables of system C: each value in `good` is stored, each in `bad` is refused.
begin;
select no_plan();

insert into organizations (account_id, id, name, type) overriding system value values (1, 11, 'host', 'host'), (2, 21, 'theirs', 'host');
insert into people (account_id, id, name) overriding system value values (1, 11, 'Ana'), (2, 21, 'theirs');
insert into projects (account_id, id, name) overriding system value values (1, 11, 'proj'), (2, 21, 'theirs');
insert into skills (account_id, id, name) overriding system value values (1, 11, 'Go'), (2, 21, 'theirs');
insert into goals (account_id, id, title) overriding system value values (1, 11, 'goal'), (2, 21, 'theirs');
insert into meetings (account_id, id, title, meeting_date) overriding system value values (1, 11, '1:1', '2026-01-01'), (2, 21, 'theirs', '2026-01-01');

-- The columns that an insert must give, with values.
create temp table needed (relation text, columns text, needed text);
insert into needed values
	('tags', 'name', $$'n'$$), ('organizations', 'name, type', $$'n', 'host'$$), ('people', 'name', $$'n'$$),
	('projects', 'name', $$'n'$$), ('skills', 'name', $$'n'$$), ('skill_progress', 'skill_id, confidence_level', '11, 1'),
	('skill_projects', 'skill_id, project_id', '11, 11'), ('goals', 'title', $$'t'$$), ('milestones', 'goal_id, description', $$11, 'd'$$),
	('meetings', 'title, meeting_date', $$'t', '2026-01-01'$$), ('learnings', 'title', $$'t'$$), ('feedback', 'content', $$'c'$$),
	('action_items', 'description', $$'d'$$), ('tasks', 'title', $$'t'$$), ('energy_checkins', 'energy_level, engagement_level', '1, 1');

-- Inserts a row with these values in these columns.
create function pg_temp.insert_of(relation text, col text, val text) returns text
	language sql as $$
	select format('insert into %s (account_id, %s) values (1, %s)', n.relation,
		string_agg(c.name, ', '), string_agg(c.value, ', '))
	from needed as n
	cross join lateral (
		select trim(u.name) as name, trim(u.value) as value
		from unnest(string_to_array(n.columns, ','), string_to_array(n.needed, ',')) as u (name, value)
		where trim(u.name) <> all (string_to_array(col, ', '))
		union all
		select u.name, u.value from unnest(string_to_array(col, ', '), string_to_array(val, ' | ')) as u (name, value)
	) as c
	where n.relation = insert_of.relation
	group by n.relation
	$$;

create temp table limits (relations text, columns text, good text[], bad text[]);
insert into limits values
	('tags organizations people projects skills goals meetings learnings feedback action_items tasks energy_checkins milestones skill_progress skill_projects',
		'id', '{1000001}', '{0,-1}'),
	('tags organizations people skills', 'name', $${"' '","repeat('ß', 100)"}$$, $${"''","repeat('a', 101)",null}$$),
	('projects', 'name', $${"E'\\n'","repeat('a', 1000)"}$$, $${"''","repeat('a', 1001)",null}$$),
	('goals meetings learnings tasks', 'title', $${"' t '","repeat('a', 200)"}$$, $${"''","repeat('a', 201)",null}$$),
	('tasks learnings goals organizations projects', 'search_key', '{}', $${"'k'"}$$),
	('tasks goals projects organizations', 'description', $${null,"''","repeat('a', 10000)"}$$, $${"repeat('a', 10001)"}$$),
	('organizations people skills skill_progress skill_projects energy_checkins', 'notes', $${null,"repeat('a', 10000)"}$$, $${"repeat('a', 10001)"}$$),
	('milestones action_items', 'description', $${"'d'","repeat('a', 1000)"}$$, $${null,"''","repeat('a', 1001)"}$$),
	('feedback', 'content', $${"repeat('a', 10000)"}$$, $${null,"''","repeat('a', 10001)"}$$),
	('learnings', 'content', $${null,"repeat('a', 10000)"}$$, $${"repeat('a', 10001)"}$$),
	('meetings', 'preparation_notes, outcome_notes, questions_asked', $${"repeat('a', 10000) | repeat('a', 10000) | repeat('a', 10000)"}$$,
		$${"repeat('a', 10001) | null | null","null | repeat('a', 10001) | null","null | null | repeat('a', 10001)"}$$),
	('projects', 'path, organization, remote_url', $${"repeat(md5('x'), 31) | repeat('a', 1000) | ''"}$$,
		$${"repeat('a', 1001) | '' | ''","'' | repeat('a', 1001) | ''","'' | '' | repeat('a', 1001)"}$$),
	('people', 'email', $${null,"repeat('a', 120)"}$$, $${"repeat('a', 121)"}$$),
	('organizations', 'display_name, color', $${"repeat('a', 100) | repeat('a', 20)"}$$, $${"repeat('a', 101) | ''","'' | repeat('a', 21)"}$$),
	('energy_checkins', 'mood', $${null,"repeat('a', 200)"}$$, $${"repeat('a', 201)"}$$),
	('people', 'every_days', '{null,1,3650}', '{0,3651}'),
	('tasks action_items', 'priority', $${'high','medium','low'}$$, $${null,'High',''}$$),
	('tasks action_items', 'status, completed_at', $${'todo' | null,'in_progress' | null,'done' | now()}$$,
		$${'done' | null,'todo' | now(),null | null,'open' | null}$$),
	('milestones', 'completed, completed_at', '{false | null,true | now()}', '{true | null,false | now(),null | null}'),
	('tasks', 'estimated_time, actual_time', '{0 | 1440,null | null}', '{-1 | 0,1441 | 0,0 | -1,0 | 1441}'),
	('meetings', 'duration_minutes', '{null,0,1440}', '{-1,1441}'),
	('meetings', 'meeting_time', $${null,'00:00','23:59'}$$, $${'24:00'}$$),
	('tasks learnings', 'date', $${'1900-01-01','9999-12-31'}$$, $${null,'1899-12-31','10000-01-01','infinity'}$$),
	('meetings', 'meeting_date', $${'1900-01-01','9999-12-31'}$$, $${null,'1899-12-31','10000-01-01','-infinity'}$$),
	('feedback', 'feedback_date', $${'1900-01-01'}$$, $${null,'1899-12-31','infinity'}$$),
	('goals', 'start_date, target_date', $${null | null,'1900-01-01' | '9999-12-31'}$$, $${'1899-12-31' | null,null | '10000-01-01'}$$),
	('milestones', 'target_date', $${null,'9999-12-31'}$$, $${'infinity'}$$),
	('action_items', 'due_date', $${null,'9999-12-31'}$$, $${'infinity'}$$),
	('skills', 'last_used_date', $${null,'9999-12-31'}$$, $${'infinity'}$$),
	('energy_checkins', 'checkin_datetime', $${'1900-01-01 00:00+14','9999-12-31 23:59-12'}$$, $${null,'1899-12-30','infinity'}$$),
	('skill_progress', 'recorded_at', $${'1900-01-01 00:00+14','9999-12-31 23:59-12'}$$, $${null,'1899-12-30','infinity'}$$),
	('learnings', 'type', $${null,'aha_moment','concept','insight'}$$, $${'Aha',''}$$),
	('learnings', 'source', $${null,'meeting','self_study','project'}$$, $${'book'}$$),
	('skills', 'category', $${null,'technical','soft_skill','programming_language'}$$, $${'hard'}$$),
	('skills skill_progress', 'confidence_level', '{1,5}', '{0,6,null}'),
	('energy_checkins', 'energy_level, engagement_level', '{1 | 5,5 | 1}', '{0 | 1,6 | 1,1 | 0,1 | 6,null | 1,1 | null}'),
	('skill_projects', 'proficiency_used', $${null,'beginner','intermediate','advanced','expert'}$$, $${'novice'}$$),
	('skill_projects', 'hours_spent', '{0,0.1,100000}', $${-0.1,100000.1,'NaN','infinity',null}$$),
	('people', 'role', $${null,'manager','coach','colleague'}$$, $${'boss'}$$),
	('organizations', 'type', $${'employer','host','employer_host','personal'}$$, $${null,'other'}$$),
	('goals', 'type', $${null,'weekly','monthly','rotation'}$$, $${'daily'}$$),
	('goals', 'category', $${null,'technical','soft_skill','hiring_readiness'}$$, $${'other'}$$),
	('goals', 'status', $${'not_started','in_progress','completed','cancelled'}$$, $${null,'done'}$$),
	('goals', 'progress_percentage', '{0,100}', '{-1,101,null}'),
	('goals', 'target_minutes_per_week', '{null,1,10080}', '{0,10081}'),
	('goals', 'id, parent_goal_id', '{77 | 11}', '{78 | 78,78 | 21}'),
	('feedback', 'category', $${null,'technical','behavioral','general'}$$, $${'other'}$$),
	('feedback', 'sentiment', $${null,'positive','constructive','neutral'}$$, $${'bad'}$$),
	('action_items', 'source_type, source_id', $${null | null,'feedback' | 1,'meeting' | 1}$$, $${'meeting' | null,null | 1,'task' | 1,'meeting' | 0}$$),
	('projects', 'classification', $${null,'primary','secondary','archive','maintenance'}$$, $${'other'}$$),
	('projects', 'project_type', $${null,'Work','Personal','Learning','Inactive'}$$, $${'work'}$$),
	('projects', 'status', $${'active','paused','completed','cancelled'}$$, $${null,'done'}$$),
	('tags', 'category', $${'learning','feedback','general'}$$, $${null,'other'}$$),
	-- links to rows of another account
	('tasks', 'goal_id, project_id, organization_id', '{null | null | null,11 | 11 | 11}', '{21 | null | null,null | 21 | null,null | null | 21}'),
	('learnings', 'meeting_id, project_id', '{null | null,11 | 11}', '{21 | null,null | 21}'),
	('people meetings', 'organization_id', '{null,11}', '{21}'),
	('feedback', 'from_person_id', '{null,11}', '{21}'),
	('skill_progress', 'skill_id', '{11}', '{21,null}'),
	('skill_projects', 'skill_id, project_id', '{11 | 11}', '{21 | 11,11 | 21,null | 11,11 | null}'),
	('milestones', 'goal_id', '{11}', '{21,null}'),
	('goals', 'project_id', '{null,11}', '{21}');
insert into limits
select relation, col, array['array[]::bigint[]', 'array[3, 1, 3]', 'array_fill(1, array[100])'],
	array['null', 'array[1, null]', 'array_fill(1, array[101])', 'array[[1], [2]]']
from (values ('learnings feedback', 'tag_ids'), ('meetings', 'attendee_ids'), ('goals', 'topic_ids')) as lists (relation, col);

create function pg_temp.try(call text) returns boolean
	language plpgsql as $$
begin
	execute call;
	raise exception using errcode = 'UNDO1';
exception
	when sqlstate 'UNDO1' then return true;
	when integrity_constraint_violation or not_null_violation or check_violation or foreign_key_violation
		or generated_always then return false;
end
$$;
select is(pg_temp.try(pg_temp.insert_of(relation, columns, value)), v.is_good,
	format('%s of %s: %s %s', columns, relation, left(value, 60), case when is_good then 'is stored' else 'is refused' end))
from limits
cross join lateral string_to_table(relations, ' ') as relation
cross join lateral (
	select coalesce(value, 'null') as value, true as is_good from unnest(good) as value
	union all
	select coalesce(value, 'null'), false from unnest(bad) as value
) as v;
select ok(pg_temp.try(pg_temp.insert_of(relation, '', '')), relation || ' have defaults') from needed;

-- The teams of a skill.
select is(is_team_list(teams::jsonb), is_good, format('the teams %s', left(teams, 70)))
from (values
	('[]', true), ('[{"team_name": "a"}]', true), ('[{"team_name": "a", "relevance": null}]', true),
	('[{"team_name": "a", "relevance": "high"}, {"team_name": "b", "relevance": "low"}]', true),
	(format('[{"team_name": "%s"}]', repeat('ß', 100)), true), (format('[{"team_name": "%s"}]', repeat('a', 101)), false),
	('{}', false), ('"a"', false), ('null', false), ('["a"]', false), ('[null]', false), ('[[]]', false), ('[{}]', false),
	('[{"team_name": ""}]', false), ('[{"team_name": null}]', false), ('[{"team_name": 1}]', false),
	('[{"team_name": "a", "relevance": "none"}]', false), ('[{"team_name": "a", "relevance": 1}]', false),
	('[{"team_name": "a", "other": 1}]', false), ('[{"team_name": "a"}, {}]', false),
	(format('[%s]', array_to_string(array_fill('{"team_name": "a"}'::text, array[50]), ',')), true),
	(format('[%s]', array_to_string(array_fill('{"team_name": "a"}'::text, array[51]), ',')), false)) as t (teams, is_good);
select refuses('other teams', '23514', $$insert into skills (account_id, name, teams) values (1, 'x', '[{}]')$$);

-- What is unique, among the live rows of an account.
create temp table twins (relation text, columns text, one text, other text);
insert into twins values
	('tags', 'name', $$'Straße'$$, $$'STRASSE'$$), ('skills', 'name', $$'C'$$, $$'c'$$),
	('organizations', 'name, type', $$'Ö' | 'host'$$, $$'ö' | 'personal'$$),
	('projects', 'name, path', $$'one' | '/home/a'$$, $$'other' | '/home/a'$$),
	('skill_projects', 'skill_id, project_id', '11 | 11', '11 | 11');
create function pg_temp.expect_unique(t twins) returns setof text
	language plpgsql as $$
begin
	execute pg_temp.insert_of(t.relation, t.columns, t.one);
	return next refuses(format('two of %s', t.relation), '23505', pg_temp.insert_of(t.relation, t.columns, t.other));
	execute format('update %I set deleted_at = now()', t.relation);
	return next lives_ok(pg_temp.insert_of(t.relation, t.columns, t.other), format('a second one of %s after the first is deleted', t.relation));
end
$$;
select pg_temp.expect_unique(t) from twins as t;
select lives_ok(pg_temp.insert_of('projects', 'name, path', format('%L | %L', 'n', path)), 'the path ' || coalesce(path, 'null'))
from (values ('/HOME/a'), ('/home/a '), (null), (null)) as t (path);
select lives_ok(format('insert into projects (account_id, name, path) select 1, %L, string_agg(chr(20000 + (n * 7919) %% 20000), %L) from generate_series(1, 1000) as n', 'n', ''),
	'a path of 1000 characters that do not compress');

select * from finish();
rollback;
