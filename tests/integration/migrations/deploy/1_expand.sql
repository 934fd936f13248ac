-- Expand: a column that the old version ignores; a trigger fills it in the old version's rows.
-- No transaction around the file: with_short_locks commits between its attempts. So each statement
-- must allow that an earlier attempt has done it.

call with_short_locks('alter table sessions add column if not exists study_week date');

create or replace function sessions_set_study_week() returns trigger
	language plpgsql as $$
begin
	new.study_week := date_trunc('week', new.study_date)::date;
	return new;
end
$$;

-- On every update: the constraint below counts for each row that changes, also for an old one.
call with_short_locks('create or replace trigger set_study_week before insert or update on sessions
	for each row execute function sessions_set_study_week()');

-- Not checked for old rows yet: that would read the table under a lock that stops writes.
call with_short_locks('alter table sessions
	drop constraint if exists sessions_study_week,
	add constraint sessions_study_week check (study_week is not null) not valid');
