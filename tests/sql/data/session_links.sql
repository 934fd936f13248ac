-- Sessions with links: of one kind, of all, and deleted.
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, task_id, goal_id, skill_id, project_id,
	deleted_at)
select 1, md5('linked ' || n)::uuid, (select min(id) from topics where account_id = 1 and deleted_at is null),
	'2026-11-21', n, case when n % 2 = 0 then (select min(id) from tasks where account_id = 1) end,
	case when n % 3 = 0 then 1 + n % 5 end, case when n % 5 = 0 then 1 end, case when n % 7 = 0 then 2 end,
	case when n % 4 = 0 then now() end
from generate_series(1, 60) as n;
