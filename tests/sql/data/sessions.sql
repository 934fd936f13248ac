-- Sessions written before totals were kept: dated, timed and deleted, of the first and last days.
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, notes, deleted_at)
select t.account_id, md5(format('%s/%s', t.id, n))::uuid, t.id,
	(array['1900-01-01', '2024-02-29', '2026-11-21', '9999-12-31']::date[])[1 + n % 4],
	1 + n * 53 % 1440, case when n % 3 = 0 then 'note ' || n end,
	case when n % 5 = 0 then now() end
from topics as t
cross join generate_series(1, 40) as n
where t.deleted_at is null;
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, started_at, ended_at,
	time_zone)
select t.account_id, md5('timed ' || t.id)::uuid, t.id, '2026-10-25', 90,
	'2026-10-24 23:30+00', '2026-10-25 01:00+00', 'Europe/Lisbon'
from topics as t
where t.deleted_at is null;
