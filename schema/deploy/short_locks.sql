-- Deploy studytracker:short_locks to pg
-- requires: credentials

begin;

-- Runs a change of a table while the service uses it. A statement that waits for a table's lock stops
-- every statement that comes after it, so this one waits at most 200 ms at a time, lets the others go on,
-- and tries again, for about two minutes. docs/migrations.md says when to use it.
create procedure with_short_locks(statement text)
	language plpgsql as $$
declare
	tries constant integer := 240;
begin
	for try in 1..tries loop
		begin
			perform set_config('lock_timeout', '200ms', true);
			execute statement;
			return;
		exception when lock_not_available then
			if try = tries then
				raise;
			end if;
		end;
		commit; -- keeps no snapshot while it sleeps
		perform pg_sleep(0.3);
	end loop;
end
$$;

commit;
