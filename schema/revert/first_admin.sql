-- Revert studytracker:first_admin from pg

begin;

drop function create_admin(text, text, text, boolean);

commit;
