-- Revert studytracker:field_checks from pg

begin;

drop function search_sample(bigint);
drop function is_id_list(bigint[], integer);
drop function is_instant(timestamptz);
drop function is_day(date);

commit;
