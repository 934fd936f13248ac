-- Revert studytracker:usernames from pg

begin;

drop function token_scopes(jsonb);
drop function scope_bits(text[]);
drop function role_scopes(text);

alter table accounts
	drop column closed_at,
	drop column status,
	drop column role,
	drop column email_key,
	drop column email,
	drop column username_key,
	drop column username;

drop function is_email(text);
drop function is_username(text);

commit;
