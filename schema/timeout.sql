-- What follows in the transaction is ended after so many milliseconds.
select set_config('statement_timeout', $1, true)
