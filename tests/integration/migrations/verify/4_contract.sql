select 1 / (not exists (select from pg_attribute where attrelid = 'sessions'::regclass and attname = 'study_week'))::int;
