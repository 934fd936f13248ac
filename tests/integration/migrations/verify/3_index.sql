select 1 / indisvalid::int from pg_index where indexrelid = 'sessions_week'::regclass;
