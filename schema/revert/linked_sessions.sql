-- Revert studytracker:linked_sessions from pg

begin;

create or replace function account_tables() returns table (place integer, name text, self_link text, omitted text[])
	language sql immutable parallel safe
	begin atomic
		select t.place, t.name, t.self_link, t.omitted
		from (values
			(1, 'account_passwords', null, '{hash,renewed_from}'::text[]),
			(2, 'identities', null, '{}'),
			(3, 'tokens', null, '{hash}'),
			(4, 'logins', null, '{session_hash,refresh_id}'),
			(5, 'idempotency_keys', null, '{fingerprint}'),
			(6, 'sessions', null, '{}'),
			(7, 'attendances', null, '{}'),
			(8, 'action_items', null, '{}'),
			(9, 'energy_checkins', null, '{}'),
			(10, 'learnings', null, '{}'),
			(11, 'feedback', null, '{}'),
			(12, 'meetings', null, '{}'),
			(13, 'tasks', null, '{}'),
			(14, 'milestones', null, '{}'),
			(15, 'goals', 'parent_goal_id', '{}'),
			(16, 'skill_progress', null, '{}'),
			(17, 'skill_projects', null, '{}'),
			(18, 'skills', null, '{}'),
			(19, 'people', null, '{}'),
			(20, 'organizations', null, '{}'),
			(21, 'projects', null, '{}'),
			(22, 'tags', null, '{}'),
			(23, 'topics', 'merged_into', '{}'),
			(24, 'pending_totals', null, '{}'), -- after topics: no session comes any more
			(25, 'kept_daily_totals', null, '{}'),
			(26, 'kept_topic_totals', null, '{}'),
			(27, 'security_events', null, '{}')) as t (place, name, self_link, omitted);
	end;

create or replace function export_tables() returns table (place integer, member text, name text, omitted text[])
	language sql immutable parallel safe
	begin atomic
		select 0, 'account', 'accounts', '{}'::text[]
		union all
		select (1 + max(t.place) over () - t.place)::integer, t.name, t.name, t.omitted
		from account_tables() as t
		where t.name not like '%\_totals'
		order by 1;
	end;

alter table sessions
	add foreign key (account_id, task_id) references tasks,
	add foreign key (account_id, goal_id) references goals,
	add foreign key (account_id, skill_id) references skills,
	add foreign key (account_id, project_id) references projects;

drop trigger linked_sessions_add on sessions;
drop trigger linked_sessions_change on sessions;
drop trigger linked_sessions_remove on sessions;
drop trigger linked_sessions_truncate on sessions;
drop function linked_sessions_differences();
drop table linked_sessions;
drop function linked_sessions_guard_all();
drop function linked_sessions_truncate();
drop function linked_sessions_change();
drop function linked_sessions_remove();

commit;
