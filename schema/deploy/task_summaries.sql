-- Deploy studytracker:task_summaries to pg
-- requires: tasks

begin;

-- A task in a list of several kinds.
create function task_summary(task tasks) returns jsonb
	language sql immutable parallel safe
	return jsonb_build_object('id', (task).id, 'title', (task).title, 'priority', (task).priority,
		'status', (task).status, 'date', (task).date, 'estimated_time', (task).estimated_time,
		'actual_time', (task).actual_time, 'goal_id', (task).goal_id, 'project_id', (task).project_id,
		'organization_id', (task).organization_id);

commit;
