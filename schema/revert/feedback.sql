-- Revert studytracker:feedback from pg

begin;

drop function action_item_now(bigint, bigint);
drop function feedback_now(bigint, bigint);
drop table action_items;
drop table feedback;

commit;
