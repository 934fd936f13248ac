-- Rows of every table of system C, live and deleted, that refer to each other.
insert into tags (account_id, id, name, category, deleted_at) overriding system value values
	(1, 1, 'sql', 'learning', null), (1, 2, 'Straße', 'feedback', null), (1, 3, 'sql', 'general', now());
insert into organizations (account_id, id, name, type, deleted_at) overriding system value values
	(1, 1, 'Host', 'host', null), (1, 2, 'Employer', 'employer', now());
insert into people (account_id, id, name, role, organization_id, every_days) overriding system value values
	(1, 1, 'Ana', 'coach', 1, 14), (1, 2, 'Koa', null, 2, null);
insert into projects (account_id, id, name, path) overriding system value values
	(1, 1, 'proj', '/home/ana/proj'), (1, 2, E' two\nlines ', null);
insert into skills (account_id, id, name, confidence_level, teams) overriding system value values
	(1, 1, 'Go', 3, '[{"team_name": "Cloud", "relevance": "high"}]'), (1, 2, 'C', 1, '[]');
insert into skill_progress (account_id, skill_id, confidence_level) values (1, 1, 2);
insert into skill_projects (account_id, skill_id, project_id, hours_spent) values (1, 1, 1, 0.1);
insert into goals (account_id, id, title, parent_goal_id, project_id, topic_ids) overriding system value
select 1, n, 'Goal ' || n, nullif(n - 1, 0), 1, array(select id from topics where account_id = 1 and deleted_at is null)
from generate_series(1, 5) as n;
insert into milestones (account_id, goal_id, description, completed, completed_at) values
	(1, 1, 'first', true, now()), (1, 1, 'second', false, null);
insert into meetings (account_id, id, title, meeting_date, meeting_time, organization_id, attendee_ids)
overriding system value values
	(1, 1, '1:1', '2026-11-20', '09:30', 1, '{1,2}'), (1, 2, 'Later', '9999-12-31', null, null, '{2}');
insert into learnings (account_id, title, type, meeting_id, project_id, tag_ids) values
	(1, 'Indexes', 'aha_moment', 1, 1, '{1,2}'), (1, 'Locks', null, null, null, '{}');
insert into feedback (account_id, id, content, from_person_id, tag_ids) overriding system value values
	(1, 1, 'Well done', 1, '{2}');
insert into action_items (account_id, description, status, completed_at, source_type, source_id) values
	(1, 'Ask again', 'todo', null, 'meeting', 1), (1, 'Say thanks', 'done', now(), 'feedback', 1);
insert into tasks (account_id, title, status, completed_at, goal_id, project_id, organization_id, deleted_at)
select 1, 'Task ' || n, case when n % 2 = 0 then 'done' else 'todo' end, case when n % 2 = 0 then now() end,
	1 + n % 5, 1, 1, case when n % 7 = 0 then now() end
from generate_series(1, 20) as n;
insert into energy_checkins (account_id, checkin_datetime, energy_level, engagement_level, mood) values
	(1, '2026-11-20 08:00+00', 4, 3, 'awake'), (1, now(), 1, 5, null);
