-- Deploy studytracker:first_admin to pg
-- requires: credentials

begin;

-- Makes an admin with a password, for operators with the owner's role. With claims_first it gives the name to
-- account 1 instead, which keeps what the service stored before it had accounts.
create function create_admin(username text, email text, hash text, claims_first boolean) returns bigint
	language plpgsql volatile
	set search_path = pg_catalog, public, pg_temp
as $$
declare
	admin bigint;
begin
	if exists (select from accounts as a where a.username_key = text_key(create_admin.username)) then
		raise unique_violation using message = format('an account with the username %s exists', username);
	end if;
	if exists (select from accounts as a where a.email_key = text_key(create_admin.email)) then
		raise unique_violation using message = format('an account with the email %s exists', email);
	end if;
	if claims_first then
		update accounts as a
		set username = create_admin.username, email = create_admin.email, name = create_admin.username,
			role = 'admin', updated_at = next_update(a.updated_at)
		where a.account_id = 1 and a.username is null and a.status = 'active'
		returning a.account_id into admin;
		if admin is null then
			raise unique_violation using message = 'account 1 has an owner already';
		end if;
	else
		insert into accounts as a (username, email, name, role)
		values (create_admin.username, create_admin.email, create_admin.username, 'admin')
		returning a.account_id into admin;
	end if;
	insert into account_passwords (account_id, hash) values (admin, create_admin.hash);
	insert into security_events (account_id, kind, details)
	values (admin, 'account_created', jsonb_build_object('role', 'admin', 'by', 'operator'));
	return admin;
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
