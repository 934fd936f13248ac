-- Revert studytracker:topic_totals from pg

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
			(7, 'daily_totals', null, '{}'),
			(8, 'attendances', null, '{}'),
			(9, 'action_items', null, '{}'),
			(10, 'energy_checkins', null, '{}'),
			(11, 'learnings', null, '{}'),
			(12, 'feedback', null, '{}'),
			(13, 'meetings', null, '{}'),
			(14, 'tasks', null, '{}'),
			(15, 'milestones', null, '{}'),
			(16, 'goals', 'parent_goal_id', '{}'),
			(17, 'skill_progress', null, '{}'),
			(18, 'skill_projects', null, '{}'),
			(19, 'skills', null, '{}'),
			(20, 'people', null, '{}'),
			(21, 'organizations', null, '{}'),
			(22, 'projects', null, '{}'),
			(23, 'tags', null, '{}'),
			(24, 'topics', 'merged_into', '{}'),
			(25, 'security_events', null, '{}')) as t (place, name, self_link, omitted);
	end;

drop trigger topic_totals_truncate on sessions;
drop trigger topic_totals_remove on sessions;
drop trigger topic_totals_change on sessions;
drop trigger topic_totals_add on sessions;
drop function topic_totals_truncate();
drop function topic_totals_remove();
drop function topic_totals_change();
drop function topic_totals_add();
drop function topic_totals_move(topic_totals);
drop function topic_totals_differences();
drop table topic_totals;

commit;
