-- Revert studytracker:deletions from pg

begin;

drop trigger follow_deletions on feedback;
drop trigger follow_deletions on tags;
drop trigger follow_deletions on skills;
drop trigger follow_deletions on meetings;
drop trigger follow_deletions on goals;
drop trigger follow_deletions on people;
drop trigger follow_deletions on topics;
drop trigger follow_deletions on projects;
drop trigger follow_deletions on organizations;
drop function follow_deletions();
drop function follow_rows(text[], followed_row[]);
drop function follow_ids(bigint[], bigint, followed_row[]);
drop type followed_row;

commit;
