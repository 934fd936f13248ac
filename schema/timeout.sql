-- Limits each following statement of the transaction to so many milliseconds.
select set_config('statement_timeout', $1, true) as statement_timeout
