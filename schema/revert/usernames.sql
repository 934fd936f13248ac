-- Revert studytracker:usernames from pg

begin;

drop function scope_bits(text[]);
drop function role_scopes(text);
drop function account_of_name_now(text);

alter table accounts
	drop column closed_at,
	drop column status,
	drop column role,
	drop column email_key,
	drop column email,
	drop column username_key,
	drop column username;

commit;
