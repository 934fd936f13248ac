-- Verify studytracker:meetings on pg

begin;

select account_id, id, title, meeting_date, meeting_time, duration_minutes, organization_id,
	preparation_notes, outcome_notes, questions_asked, attendee_ids, search_key, created_at,
	updated_at, deleted_at
from meetings where false;
select 1 / (count(*) = 5)::int from pg_class where relname in (
	'meetings_live', 'meetings_meeting_date', 'meetings_organization', 'meetings_attendees',
	'meetings_search');
select 'meeting_now(bigint, bigint)'::regprocedure;

rollback;
