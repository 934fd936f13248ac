-- Backfill: a thousand rows a transaction, in the order of the key, so that no request waits long
-- for a row. If it is interrupted, the next attempt goes on with what is left.

create index concurrently if not exists sessions_without_week on sessions (account_id, id)
	where study_week is null;

do $$
declare
	changed integer;
begin
	loop
		update sessions as s
		set study_week = date_trunc('week', s.study_date)::date
		from (
			select account_id, id from sessions
			where study_week is null
			order by account_id, id
			limit 1000
			for update skip locked
		) as chosen
		where s.account_id = chosen.account_id and s.id = chosen.id;
		get diagnostics changed = row_count;
		commit;
		exit when changed = 0 and not exists (select from sessions where study_week is null);
	end loop;
end
$$;

drop index concurrently sessions_without_week;

-- Reads the table, but stops neither reads nor writes.
alter table sessions validate constraint sessions_study_week;
