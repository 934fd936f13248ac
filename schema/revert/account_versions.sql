-- Revert studytracker:account_versions from pg

begin;

alter table accounts drop updated_at;

commit;
