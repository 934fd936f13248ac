-- Instants that lack an offset: what the clocks of an account's zone show.
\getenv prepare_all PREPARE_ALL
\i :prepare_all
begin;
select no_plan();

update accounts set time_zone = 'Europe/Berlin' where account_id = 1;
update accounts set time_zone = 'America/New_York' where account_id = 2;
update accounts set time_zone = null where account_id = 3;
set local TimeZone = 'Asia/Kathmandu';

select is(instant_of(1, '2026-01-31T18:30:00.250000Z'), '2026-01-31 18:30:00.25Z', 'with an offset, no zone matters');
select is(instant_of(1, '2026-01-31T18:30:00.250000'), '2026-01-31 17:30:00.25Z', 'the zone of the account, in winter');
select is(instant_of(1, '2026-07-31T18:30:00.000000'), '2026-07-31 16:30Z', 'and in summer');
select is(instant_of(2, '2026-01-31T18:30:00.000000'), '2026-01-31 23:30Z', 'another account has another zone');
select is(instant_of(3, '2026-01-31T18:30:00.000000'), '2026-01-31 12:45Z', 'without one, the zone of the connection');
select is(instant_of(999, '2026-01-31T18:30:00.000000'), null, 'an account that does not exist');
select is(instant_of(1, null), null, 'null is null');

-- Germany: 2026-03-29 from 02:00 to 03:00, 2026-10-25 from 03:00 back to 02:00.
select is(instant_of(1, '2026-03-29T01:59:59.999999'), '2026-03-29 00:59:59.999999Z', 'before the clocks skip an hour');
select is(instant_of(1, '2026-03-29T02:00:00.000000'), null, 'the first time that they skip');
select is(instant_of(1, '2026-03-29T02:59:59.999999'), null, 'the last time that they skip');
select is(instant_of(1, '2026-03-29T03:00:00.000000'), '2026-03-29 01:00Z', 'after it');
select is(instant_of(1, '2026-10-25T01:59:59.999999'), '2026-10-24 23:59:59.999999Z', 'before the hour that comes twice');
select is(instant_of(1, '2026-10-25T02:00:00.000000'), '2026-10-25 00:00Z', 'the first of two times');
select is(instant_of(1, '2026-10-25T02:59:59.999999'), '2026-10-25 00:59:59.999999Z', 'still the first');
select is(instant_of(1, '2026-10-25T03:00:00.000000'), '2026-10-25 02:00Z', 'after both hours');
select is(instant_of(2, '2026-03-29T02:30:00.000000'), '2026-03-29 06:30Z', 'other zones skip other hours');

select is(is_local_time(1, '2026-03-29T02:30:00.000000'), false, 'a time that the clocks skip');
select is(is_local_time(2, '2026-03-29T02:30:00.000000'), true, 'which other clocks show');
select is(is_local_time(1, '2026-03-29T02:30:00.000000Z'), true, 'an instant with an offset always exists');
select is(is_local_time(1, null), true, 'nothing to refuse');
select is(is_local_time(2, '9999-12-31T23:59:59.000000'), false, 'an instant after the year 9999');
select is(is_local_time(1, '1900-01-01T00:00:00.000000'), false, 'an instant before the year 1900');
select is(is_local_time(2, '1900-01-01T00:00:00.000000'), true, 'west of UTC it is in the year 1900');
select is(is_local_time(1, '9999-12-31T23:59:59.000000'), true, 'east of UTC it is in the year 9999');
select is(local_time_refusal(1, '1900-01-01T00:00:00.000000'), 'must be in the years 1900 to 9999, also in UTC',
	'why: before 1900');
select is(local_time_refusal(2, '9999-12-31T23:59:59.000000'), 'must be in the years 1900 to 9999, also in UTC',
	'why: after 9999');
select is(local_time_refusal(1, '2026-03-29T02:30:00.000000'), 'is a time that the account''s clocks skip', 'why: skipped');
select is(local_time_refusal(1, '2026-01-31T18:30:00.000000'), null, 'nothing to refuse');
select is(local_time_refusal(1, null), null, 'nor for null');

-- Half an hour, a day that Samoa skipped, a day that Kwajalein had twice, and an abbreviation.
select is(instant_of_clock('2026-04-05 01:45', 'Australia/Lord_Howe'), '2026-04-04 14:45Z', 'Lord Howe: the first of two');
select is(instant_of_clock('2026-10-04 02:15', 'Australia/Lord_Howe'), null, 'Lord Howe: a skipped half hour');
select is(instant_of_clock('2011-12-30 12:00', 'Pacific/Apia'), null, 'Apia: a skipped day');
select is(instant_of_clock('2011-12-31 00:00', 'Pacific/Apia'), '2011-12-30 10:00Z', 'Apia: the day after it');
select is(instant_of_clock('1969-09-30 12:00', 'Pacific/Kwajalein'), '1969-09-30 01:00Z', 'Kwajalein: the first of two');
select is(instant_of_clock('2026-07-15 14:00', 'CET'), '2026-07-15 12:00Z', 'CET has summer time');

-- In every zone, the clocks show the given time, and no earlier instant has the same time.
create temp table asked as
select z.name, t.shown, instant_of_clock(t.shown, z.name) as instant
from pg_timezone_names as z
cross join unnest(array['2026-01-15 12:00', '2026-03-29 02:30', '2026-07-15 00:00', '2026-10-25 02:30',
	'2026-11-01 01:30', '1999-12-31 23:59']::timestamp[]) as t (shown);
select is_empty('select * from asked where local_time(instant, name) <> shown', 'every instant is shown as asked');
select is_empty('select * from asked where local_time(instant - interval ''1 hour'', name) = shown',
	'an hour before, no clock shows the same');
select is_empty($$select * from asked where instant is null and name not in ('CET', 'MET', 'EET', 'WET')
	and shown at time zone name at time zone name = shown$$, 'a time without an instant is not shown');
select isnt_empty('select * from asked where instant is null', 'some zones skip one of the times');

select * from finish();
rollback;
