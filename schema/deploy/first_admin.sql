-- Deploy studytracker:first_admin to pg
-- requires: credentials

begin;

-- Makes an admin with a password, for operators with the owner's role. With claims_first it gives the name to
-- account 1 instead, which keeps what the service stored before it had accounts. It has an owner once it has a
-- password: without accounts, everybody could name it. The outcome is null or the code of an error, as in a
-- statement.
create function create_admin(username text, email text, hash text, claims_first boolean,
		out account_id bigint, out outcome text)
	language plpgsql volatile
	set search_path = pg_catalog, public, pg_temp
as $$
declare
	kept accounts;
begin
	-- Two operators at once: the second waits, and then finds the account of the first.
	select a.* into kept from accounts as a where a.account_id = 1 for no key update;
	outcome := case
		when not coalesce(is_username(username) and coalesce(is_email(email), true), false) then 'INVALID_INPUT'
		when claims_first and (has_password(1) or kept.status is distinct from 'active') then 'ACCOUNT_CLAIMED'
		when exists (
			select
			from accounts as a
			where a.username_key = text_key(create_admin.username) and not (claims_first and a.account_id = 1))
			then 'USERNAME_TAKEN'
		when exists (
			select
			from accounts as a
			where a.email_key = text_key(create_admin.email) and not (claims_first and a.account_id = 1))
			then 'EMAIL_TAKEN'
	end;
	if outcome is not null then
		return;
	end if;
	if claims_first then
		account_id := 1;
		update accounts as a
		set username = create_admin.username, email = coalesce(create_admin.email, a.email),
			name = case a.name when 'local' then create_admin.username else a.name end,
			role = 'admin', updated_at = next_update(a.updated_at)
		where a.account_id = 1;
	else
		insert into accounts as a (username, email, name, role)
		values (create_admin.username, create_admin.email, create_admin.username, 'admin')
		returning a.account_id into account_id;
	end if;
	insert into account_passwords (account_id, hash) values (create_admin.account_id, create_admin.hash);
	insert into security_events (account_id, kind, details)
	values (create_admin.account_id, 'account_created', '{"role": "admin", "by": "operator"}');
end
$$;
revoke execute on function create_admin(text, text, text, boolean) from public;
do $$
begin
	if to_regrole('studytracker_worker') is not null then
		revoke execute on function create_admin(text, text, text, boolean) from studytracker_worker;
	end if;
end
$$;

commit;
