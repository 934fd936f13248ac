-- The first statement on each connection of a worker. It sets what the other statements rely on.
-- Start-up options cannot do that, because a pooler ignores or refuses them. $1 is the time zone,
-- $2 the name of the worker, $3 and $4 are milliseconds.
select
	pg_backend_pid(), -- behind a pooler, libpq does not know it
	set_config('TimeZone', $1::text, false),
	set_config('application_name', $2::text, false),
	set_config('statement_timeout', $3::text, false),
	set_config('client_connection_check_interval', $4::text, false),
	-- Statements find a row by key for each element of their arrays, so one plan fits every
	-- batch.
	set_config('plan_cache_mode', 'force_generic_plan', false),
	set_config('jit', 'off', false),
	-- Every statement finds its rows by an index. Otherwise a plan that was made while a table
	-- was empty would scan the table, even after it has grown.
	set_config('enable_seqscan', 'off', false),
	set_config('search_path', 'public, pg_temp', false),
	set_config('DateStyle', 'ISO, YMD', false),
	set_config('default_transaction_isolation', 'read committed', false)
