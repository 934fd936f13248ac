a.account_id as id, a.name, a.username, a.email, a.role, a.status, a.time_zone,
coalesce(a.time_zone, current_setting('TimeZone')) as effective_time_zone,
a.week_start::int4 as week_start, a.day_starts_at, a.created_at, a.updated_at
