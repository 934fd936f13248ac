-- For tests of plans that were made before rows were inserted. A test includes this file after it
-- has made two tables: `calls` (method, what, done, call), where `done` is the number of rows
-- without an outcome, and `tables` (relation). No call may read more than 1,500 rows of a table.

-- The rows that the transaction has read so far, also in functions and triggers.
create function pg_temp.reads() returns table (relation regclass, rows_read bigint)
	language sql volatile as $$
	select t.relation, pg_stat_get_xact_tuples_returned(t.relation)
		+ sum(pg_stat_get_xact_tuples_returned(i.indexrelid))::bigint
	from tables as t
	join pg_index as i on i.indrelid = t.relation
	group by t.relation
	$$;

-- Executes a call, rolls it back and returns the number of rows without an outcome.
create function pg_temp.try(call text) returns int
	language plpgsql as $$
declare
	r record;
	done int := 0;
begin
	for r in execute call loop
		done := done + (r.outcome is null)::int;
	end loop;
	raise exception using errcode = 'UNDO1';
exception
	when sqlstate 'UNDO1' then
		return done;
end
$$;

create function pg_temp.reads_since(before bigint[]) returns table (relation regclass, rows_read bigint)
	language sql volatile as $$
	select r.relation, r.rows_read - before[row_number() over (order by r.relation)]
	from pg_temp.reads() as r
	$$;

create function pg_temp.expect(state text) returns setof text
	language plpgsql as $$
declare
	c calls;
	before bigint[];
begin
	for c in select * from calls loop
		before := array(select r.rows_read from pg_temp.reads() as r order by r.relation);
		return next is(pg_temp.try(c.call), c.done, format('%s: rows of %s', state, concat_ws(', ', c.method, c.what)));
		return next is_empty(format('select * from pg_temp.reads_since(%L) where rows_read > 1500', before),
			format('%s: few rows are read by %s', state, concat_ws(', ', c.method, c.what)));
	end loop;
end
$$;
