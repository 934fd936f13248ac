-- Verify studytracker:etags on pg

begin;

select 1 / is_match('x, 2026-11-21T08:00:00.000001Z', '2026-11-21T08:00:00.000001Z')::int,
	next_update(now());

rollback;
