-- Verify studytracker:account_clock on pg

begin;

select 'account_today(bigint)'::regprocedure,
	'account_week(bigint, date)'::regprocedure,
	'local_instant(timestamp, text)'::regprocedure,
	'account_day_start(bigint, date)'::regprocedure,
	'instant_text(timestamptz)'::regprocedure;

rollback;
