-- Revert studytracker:session_links from pg

begin;

create or replace trigger follow_deletions after update on skills
	referencing old table as old_rows new table as new_rows
	for each statement execute function follow_deletions(
		'delete skill_progress skill_id', 'delete skill_projects skill_id projects project_id');
create or replace trigger follow_deletions after update on goals
	referencing old table as old_rows new table as new_rows
	for each statement execute function follow_deletions(
		'clear goals parent_goal_id', 'delete milestones goal_id', 'clear tasks goal_id');
create or replace trigger follow_deletions after update on projects
	referencing old table as old_rows new table as new_rows
	for each statement execute function follow_deletions('clear goals project_id',
		'delete skill_projects project_id skills skill_id', 'clear learnings project_id',
		'clear tasks project_id');
drop trigger follow_deletions on tasks;

drop function session_link_differences(session_rows, wanted_links);
drop type wanted_links;

-- A view cannot lose columns, so it and what uses it are made again.
drop function session_now(bigint, uuid);
drop function session_differences(session_rows, wanted_session);
drop view session_rows;
create view session_rows as
select s.account_id, s.id, s.topic_id, t.name as tag, s.study_date, s.duration_minutes,
	s.duration_minutes as minutes, s.notes, s.created_at, s.updated_at, s.created_at as "timestamp",
	s.deleted_at
from sessions as s
join topics as t on t.account_id = s.account_id and t.id = s.topic_id;
create function session_now(account_id bigint, session_id uuid) returns setof session_rows
	language sql volatile strict rows 1
	begin atomic
		select s.* from session_rows as s where s.account_id = $1 and s.id = $2;
	end;
create function session_differences(kept session_rows, wanted wanted_session) returns text[]
	language sql stable parallel safe
	begin atomic
		select array_remove(array[
				case when wanted.topic_id <> kept.topic_id then 'topic_id' end,
				case when wanted.tag <> kept.tag then 'tag' end,
				case
					when coalesce(wanted.study_date,
						account_day(a.time_zone, a.day_starts_at, kept.created_at)) <> kept.study_date
						then 'study_date'
				end,
				case when wanted.duration_minutes <> kept.minutes then 'duration_minutes' end,
				case when wanted.minutes <> kept.minutes then 'minutes' end,
				case when wanted.notes is distinct from kept.notes then 'notes' end,
				case when wanted.created_at <> kept.created_at then 'created_at' end], null)
		from accounts as a
		where a.account_id = kept.account_id;
	end;

alter table sessions
	drop column project_id,
	drop column skill_id,
	drop column goal_id,
	drop column task_id;

commit;
