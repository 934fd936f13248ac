-- Deploy studytracker:session_links to pg
-- requires: deletions
-- requires: put_outcomes
--
-- On a database with many sessions this takes a while: about a second for each million. Nothing can be
-- written meanwhile.

begin;

-- What a session was for.
alter table sessions
	add column task_id bigint,
	add column goal_id bigint,
	add column skill_id bigint,
	add column project_id bigint,
	add foreign key (account_id, task_id) references tasks,
	add foreign key (account_id, goal_id) references goals,
	add foreign key (account_id, skill_id) references skills,
	add foreign key (account_id, project_id) references projects;

create index sessions_task on sessions (account_id, task_id, id) where task_id is not null;
create index sessions_goal on sessions (account_id, goal_id, id) where goal_id is not null;
create index sessions_skill on sessions (account_id, skill_id, id) where skill_id is not null;
create index sessions_project on sessions (account_id, project_id, id) where project_id is not null;

create or replace view session_rows as
select s.account_id, s.id, s.topic_id, t.name as tag, s.study_date, s.duration_minutes,
	s.duration_minutes as minutes, s.notes, s.created_at, s.updated_at, s.created_at as "timestamp",
	s.deleted_at, s.task_id, s.goal_id, s.skill_id, s.project_id
from sessions as s
join topics as t on t.account_id = s.account_id and t.id = s.topic_id;

-- As before, with the new columns.
create or replace function session_now(account_id bigint, session_id uuid) returns setof session_rows
	language sql volatile strict rows 1
	begin atomic
		select s.* from session_rows as s where s.account_id = $1 and s.id = $2;
	end;

-- The links of a session that a client wants to be there. Null is compared, as of the notes: a client
-- that names no link wants none. This is not a part of wanted_session: workers of the version before
-- still make rows of that type.
create type wanted_links as (task_id bigint, goal_id bigint, skill_id bigint, project_id bigint);

-- The names of the links in which they differ.
create function session_link_differences(kept session_rows, wanted wanted_links) returns text[]
	language sql immutable parallel safe
	return array_remove(array[
		case when wanted.task_id is distinct from kept.task_id then 'task_id' end,
		case when wanted.goal_id is distinct from kept.goal_id then 'goal_id' end,
		case when wanted.skill_id is distinct from kept.skill_id then 'skill_id' end,
		case when wanted.project_id is distinct from kept.project_id then 'project_id' end], null);

-- The rules of deletions.sql, and those of sessions.
create trigger follow_deletions after update on tasks
	referencing old table as old_rows new table as new_rows
	for each statement execute function follow_deletions('clear sessions task_id');
create or replace trigger follow_deletions after update on projects
	referencing old table as old_rows new table as new_rows
	for each statement execute function follow_deletions('clear goals project_id',
		'delete skill_projects project_id skills skill_id', 'clear learnings project_id',
		'clear tasks project_id', 'clear sessions project_id');
create or replace trigger follow_deletions after update on goals
	referencing old table as old_rows new table as new_rows
	for each statement execute function follow_deletions(
		'clear goals parent_goal_id', 'delete milestones goal_id', 'clear tasks goal_id',
		'clear sessions goal_id');
create or replace trigger follow_deletions after update on skills
	referencing old table as old_rows new table as new_rows
	for each statement execute function follow_deletions(
		'delete skill_progress skill_id', 'delete skill_projects skill_id projects project_id',
		'clear sessions skill_id');

commit;
