-- Revert studytracker:account_rows from pg

begin;

drop function export_account(bigint, text, bigint);
drop function export_table(bigint, text, text, text[], jsonb, bigint);
drop function export_position(text);
drop function export_cursor(text, jsonb);
drop function export_tables();
drop function export_columns(text, text[]);
drop function key_columns(text, text);
drop function account_tables();

commit;
