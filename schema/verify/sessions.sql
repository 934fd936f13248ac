-- Verify studytracker:sessions on pg

begin;

select account_id, id, topic_id, study_date, duration_minutes, notes, created_at, updated_at,
	deleted_at, started_at, ended_at, time_zone
from sessions where false;
select account_id, id, topic_id, tag, study_date, duration_minutes, minutes, notes, created_at,
	updated_at, "timestamp", deleted_at
from session_rows where false;
select 'sessions_created'::regclass, 'sessions_dated'::regclass, 'sessions_topic_created'::regclass,
	'sessions_topic_dated'::regclass, 'session_now(bigint, uuid)'::regprocedure;

rollback;
