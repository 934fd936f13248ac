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
			(6, 'sessions', null, '{}'), -- before the totals, which its trigger changes
			(7, 'pending_totals', null, '{}'),
			(8, 'kept_daily_totals', null, '{}'),
			(9, 'kept_topic_totals', null, '{}'),
			(10, 'attendances', null, '{}'),
			(11, 'action_items', null, '{}'),
			(12, 'energy_checkins', null, '{}'),
			(13, 'learnings', null, '{}'),
			(14, 'feedback', null, '{}'),
			(15, 'meetings', null, '{}'),
			(16, 'tasks', null, '{}'),
			(17, 'milestones', null, '{}'),
			(18, 'goals', 'parent_goal_id', '{}'),
			(19, 'skill_progress', null, '{}'),
			(20, 'skill_projects', null, '{}'),
			(21, 'skills', null, '{}'),
			(22, 'people', null, '{}'),
			(23, 'organizations', null, '{}'),
			(24, 'projects', null, '{}'),
			(25, 'tags', null, '{}'),
			(26, 'topics', 'merged_into', '{}'),
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
