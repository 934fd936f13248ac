-- Deploy studytracker:account_days to pg
-- requires: put_outcomes
-- requires: time_zones

begin;

-- The day that an instant belongs to, in the account's zone, or else in the connection's: see
-- local_time. It is not over before the account's day_starts_at.
create or replace function account_day(time_zone text, day_starts_at time, instant timestamptz) returns date
	language sql stable parallel safe
	return (coalesce(local_time(instant, time_zone), instant::timestamp) - day_starts_at::interval)::date;

-- The same of now, so that the two never differ.
create or replace function account_today(time_zone text, day_starts_at time) returns date
	language sql stable parallel safe
	return account_day(time_zone, day_starts_at, now());

commit;
