-- Revert studytracker:credentials from pg

begin;

drop table security_events;
drop function set_password_hash(bigint, text);
drop function has_password(bigint);
drop function password_hash(bigint);
drop table identities;
drop table tokens;
drop table logins;
drop table account_passwords;

commit;
