-- Revert studytracker:credentials from pg

begin;

drop table security_events;
drop function end_logins(bigint, text);
drop function confirm_password_hash(bigint, text, text);
drop function set_password_hash(bigint, text);
drop function has_password(bigint);
drop function password_hash(bigint);
drop table identities;
drop function count_tokens(bigint);
drop function mint_token();
drop table tokens;
drop table logins;
drop table account_passwords;
drop function hash_bytes(text);

commit;
