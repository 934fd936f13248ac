-- Revert studytracker:account_deletions from pg

begin;

drop function purge_accounts(bigint, interval);
drop function purge_account(bigint, bigint, timestamptz);
drop function purge_table(bigint, text, text, bigint);
drop index topics_merged;
drop function close_account(bigint);
drop function hold_admins();

commit;
