-- Deploy studytracker:account_deletions to pg
-- requires: account_rows

begin;

-- The active admins who can log in with a password. Until the end of the transaction no other one
-- calls this function, so two requests cannot take the last two admins away.
create function hold_admins() returns setof bigint
	language plpgsql volatile
as $$
begin
	perform pg_advisory_xact_lock(hashtextextended('studytracker: the last admin', 0));
	return query
		select a.account_id
		from accounts as a
		where a.role = 'admin' and a.status = 'active' and has_password(a.account_id);
end
$$;

-- Closes an account whose row the transaction has locked: nobody can use it, and its names are free.
-- purge_accounts deletes its rows later.
create function close_account(account_id bigint) returns bigint
	language sql volatile strict
	begin atomic
		update accounts as a
		set status = 'deleted', closed_at = now(), username = null, email = null,
			updated_at = next_update(a.updated_at)
		where a.account_id = $1;
		delete from identities as i where i.account_id = $1;
		update tokens as t set revoked_at = now() where t.account_id = $1 and t.revoked_at is null;
		select set_password_hash($1, null);
		select end_logins($1, 'status');
	end;

-- Finds the topics that were merged into one that is deleted.
create index topics_merged on topics (account_id, merged_into) where merged_into is not null;

-- Deletes up to row_limit rows of an account from a table. A row may refer to one that is deleted before
-- it, so the links within the table are cleared first. Rows that another transaction has locked stay.
create function purge_table(account_id bigint, name text, self_link text, row_limit bigint,
		out done bigint, out is_empty boolean)
	language plpgsql volatile
as $$
declare
	keys constant text := coalesce(key_columns(name, 't'), 't.account_id');
	found constant text := format('
		select t.ctid from public.%I as t where t.account_id = $1 %%s order by %s limit $2 for update skip locked',
		name, keys);
	deleted bigint;
begin
	done := 0;
	if self_link is not null then
		execute format('update public.%I set %I = null where ctid = any (array(%s))', name, self_link,
			format(found, format('and t.%I is not null', self_link)))
		using account_id, row_limit;
		get diagnostics done = row_count;
	end if;
	execute format('delete from public.%I where ctid = any (array(%s))', name, format(found, ''))
	using account_id, row_limit - done;
	get diagnostics deleted = row_count;
	done := done + deleted;
	execute format('
		select count(*) = 0
		from (select from public.%I as t where t.account_id = $1 order by %s limit 1) as t', name, keys)
	into is_empty using account_id;
end
$$;

-- Deletes rows of a closed account, and after its last row the account. Returns how many rows it changed:
-- at most row_limit, or fewer if it takes long. The time that a topic takes grows with the sessions that
-- were deleted before, because the index that shows that it has none may still have their entries.
--
-- A request that came in before the account was closed may add a row meanwhile. Then the database refuses
-- to delete what the row refers to, and all rows stay until the next call.
create function purge_account(account_id bigint, row_limit bigint, until timestamptz) returns bigint
	language plpgsql volatile
as $$
declare
	done bigint := 0;
	t record;
	p record;
begin
	for t in select * from account_tables() as x order by x.place loop
		loop
			p := purge_table(account_id, t.name, t.self_link, least(row_limit - done, 100));
			done := done + p.done;
			exit when p.is_empty;
			if p.done = 0 or done >= row_limit or clock_timestamp() > until then
				return done;
			end if;
		end loop;
	end loop;
	delete from accounts as a where a.account_id = purge_account.account_id and a.status = 'deleted';
	return done + 1;
exception
	when foreign_key_violation then
		return 0;
end
$$;

-- Deletes rows of closed accounts, for about as long as time_limit. Returns how many rows it changed: at
-- most row_limit. It waits for 70 s after an account was closed: a gateway may admit its credentials for
-- 5 s, and what it admits may wait for 60 s. A write without its account would fail. Several callers at
-- once take different accounts. It runs as the owner, because workers may not delete from
-- account_passwords.
create function purge_accounts(row_limit bigint, time_limit interval) returns bigint
	language plpgsql volatile security definer
	set search_path = pg_catalog, public, pg_temp
as $$
declare
	until constant timestamptz := clock_timestamp() + time_limit;
	done bigint := 0;
	closed record;
begin
	for closed in
		select a.account_id
		from accounts as a
		where a.status = 'deleted' and a.closed_at <= now() - interval '70 seconds'
		order by a.closed_at, a.account_id
		limit 20
		for no key update skip locked
	loop
		done := done + purge_account(closed.account_id, row_limit - done, until);
		exit when done >= row_limit or clock_timestamp() > until;
	end loop;
	return done;
end
$$;
revoke execute on function purge_accounts(bigint, interval) from public;

commit;
