-- Revert studytracker:organizations from pg

begin;

drop function person_now(bigint, bigint);
drop function organization_now(bigint, bigint);
drop table people;
drop table organizations;

commit;
