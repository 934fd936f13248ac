-- Contract: in a later version, when no program that uses the column runs any more.

set lock_timeout = 0;
drop index concurrently if exists sessions_week;
reset lock_timeout;

-- In the opposite order of "expand": without the trigger, the constraint would refuse new rows.
call with_short_locks('alter table sessions drop constraint if exists sessions_study_week');
call with_short_locks('drop trigger if exists set_study_week on sessions');
drop function if exists sessions_set_study_week();
call with_short_locks('alter table sessions drop column if exists study_week');
