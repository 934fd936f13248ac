-- Accounts of several zones and weeks: rows that later changes have to cope with.
insert into accounts (account_id, name, time_zone, week_start, day_starts_at)
overriding system value values
	(101, 'Ana', 'Europe/Lisbon', 1, '00:00'),
	(102, 'Koa', 'Pacific/Kiritimati', 7, '04:00'),
	(103, 'Nobody yet', null, 6, '23:59:59.999999');
