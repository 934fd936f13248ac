-- Writes of entities for concurrent callers (tests/checks/check_sql). They take from rows 201 to
-- 212 of each table, so they often meet. Callers execute test.some_call or test.expect_links.

-- <own> becomes the id of a row of the method's table, another one in each request of a batch;
-- <TABLE> that of any row; <10> and <40> a number below 10 or 40.
create table test.calls (method text, request text);
insert into test.calls values
	('goals.create', '{"title": "load", "parent_goal_id": <goals>, "project_id": <projects>, "topic_ids": [<topics>]}'),
	('goals.update', '{"goal_id": <own>, "parent_goal_id": <goals>, "topic_ids": [<topics>, <topics>]}'),
	('goals.update', '{"goal_id": <own>, "project_id": <projects>}'),
	('goals.delete', '{"goal_id": <own>}'),
	('goals.restore', '{"goal_id": <own>}'),
	('milestones.create', '{"goal_id": <goals>, "description": "load"}'),
	('milestones.delete', '{"milestone_id": <own>}'),
	('milestones.restore', '{"milestone_id": <own>}'),
	('tasks.create', '{"title": "load", "goal_id": <goals>}'),
	('tasks.update', '{"task_id": <own>, "goal_id": <goals>, "project_id": <projects>}'),
	('projects.delete', '{"project_id": <own>}'),
	('projects.restore', '{"project_id": <own>}'),
	('topics.delete', '{"topic_id": <own>}'),
	('topics.restore', '{"topic_id": <own>}'),
	('skills.create', '{"name": "Load <40>"}'),
	('skills.update', '{"skill_id": <own>, "name": "LOAD <40>"}'),
	('skills.delete', '{"skill_id": <own>}'),
	('skills.restore', '{"skill_id": <own>}'),
	('skill_projects.create', '{"skill_id": <skills>, "project_id": <projects>}'),
	('skill_projects.restore', '{"skill_project_id": <own>}'),
	('people.delete', '{"person_id": <own>}'),
	('people.restore', '{"person_id": <own>}'),
	('meetings.create', '{"title": "load", "meeting_date": "2026-01-01", "attendee_ids": [<people>, <people>]}'),
	('meetings.update', '{"meeting_id": <own>, "attendee_ids": [<people>]}'),
	('meetings.delete', '{"meeting_id": <own>}'),
	('meetings.restore', '{"meeting_id": <own>}'),
	('action_items.create', '{"description": "load", "source_type": "meeting", "source_id": <meetings>}'),
	('tags.create', '{"name": "Load <40>"}'),
	('tags.update', '{"tag_id": <own>, "name": "LOAD <40>"}'),
	('tags.delete', '{"tag_id": <own>}'),
	('tags.restore', '{"tag_id": <own>}'),
	('learnings.create', '{"title": "load", "tags": ["load <10>", "LOAD <10>", "pool <210>"], "meeting_id": <meetings>}'),
	('learnings.update', '{"learning_id": <own>, "tags": ["load <10>", "pool <210>"], "project_id": <projects>}'),
	('feedback.create', '{"content": "load", "tags": ["pool <210>", "load <10>"], "from_person_id": <people>}');

create function test.fill_pools() returns void
	language plpgsql as $$
declare
	pool record;
begin
	for pool in
		select *
		from (values ('topics', 'name', ''), ('projects', 'name', ''), ('people', 'name', ''), ('tags', 'name', ''),
			('skills', 'name', ''), ('goals', 'title', ''), ('tasks', 'title', ''), ('learnings', 'title', ''),
			('meetings', 'title', ', meeting_date = current_date'), ('milestones', 'description', ', goal_id = n'),
			('skill_projects', 'notes', ', skill_id = n, project_id = n')) as p (relation, name, more)
	loop
		execute format('insert into %I (account_id, id, %s%s) overriding system value select 1, n, ''pool '' || n%s from generate_series(201, 212) as n',
			pool.relation, pool.name, regexp_replace(pool.more, ' = [^,]*', '', 'g'), regexp_replace(pool.more, ', \w+ =', ',', 'g'));
	end loop;
end
$$;
select test.fill_pools();

-- A call of a batch of so many requests.
create function test.some_call(count int) returns text
	language plpgsql volatile as $$
declare
	call constant test.calls := (select c from test.calls as c order by random() limit 1);
	own constant bigint[] := array(select n from generate_series(201, 212) as n order by random());
	requests jsonb[];
	request text;
	name text;
begin
	for n in 1 .. count loop
		request := replace(call.request, '<own>', own[n]::text);
		loop
			name := substring(request from '<(\w+)>');
			exit when name is null;
			request := regexp_replace(request, '<\w+>', (case
				when name in ('10', '40') then floor(random() * name::int)
				else 201 + floor(random() * 12)
			end)::text);
		end loop;
		requests := requests || request::jsonb;
	end loop;
	return call_of(call.method, variadic requests);
end
$$;

-- What must never be there: links of live rows to deleted ones, of each foreign key and each list
-- of ids.
do $$
begin
	execute 'create view test.broken_links as ' || (
		select string_agg(format('select %L as link, t.id::text from %s as t join %s as o on o.account_id = t.account_id and %s
			where t.deleted_at is null and o.deleted_at is not null', l.relation || '.' || l.name, l.relation, l.target,
			format(case when l.is_list then 'o.id = any (t.%I)' else 'o.id = t.%I' end, l.name)), ' union all ')
		from (
			select f.conrelid::regclass::text as relation, f.confrelid::regclass::text as target, a.attname::text as name, false as is_list
			from pg_constraint as f
			join pg_attribute as a on a.attrelid = f.conrelid and a.attnum = f.conkey[2]
			where f.contype = 'f' and cardinality(f.conkey) = 2 and f.connamespace = 'public'::regnamespace
				and exists (select from pg_attribute as d where d.attrelid = f.conrelid and d.attname = 'deleted_at')
			union all
			values ('meetings', 'people', 'attendee_ids', true), ('goals', 'topics', 'topic_ids', true),
				('learnings', 'tags', 'tag_ids', true), ('feedback', 'tags', 'tag_ids', true)
		) as l)
		|| $more$
		union all
		select 'action_items.source_id', a.id::text
		from action_items as a
		join meetings as m on m.account_id = a.account_id and m.id = a.source_id
		where a.source_type = 'meeting' and m.deleted_at is not null
		union all
		select 'attendances', a.meeting_id::text
		from (
			select a.meeting_id, a.person_id from attendances as a
			except
			select m.id, i.id from meetings as m cross join unnest(m.attendee_ids) as i (id) where m.deleted_at is null
		) as a
		$more$;
end
$$;

create view test.goal_circles as
with recursive above as (
	select g.account_id, g.id, g.parent_goal_id as above, 1 as level
	from goals as g
	union all
	select a.account_id, a.id, g.parent_goal_id, a.level + 1
	from above as a
	join goals as g on g.account_id = a.account_id and g.id = a.above
	where a.level < 2000 and a.above <> a.id
)
select distinct id from above where above = id or level = 2000;

create function test.expect_links() returns void
	language plpgsql volatile as $$
declare
	broken text;
begin
	broken := (select string_agg(distinct b.link || ' ' || b.id, ', ') from test.broken_links as b);
	if broken is not null then
		raise 'links of live rows to deleted ones: %', broken;
	end if;
	if exists (select from test.goal_circles) then
		raise 'goals are below each other';
	end if;
end
$$;
