-- Changes of all kinds to sessions that were there before totals were kept.
insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
select t.account_id, md5('late ' || t.id)::uuid, t.id, '2026-11-21', 25
from topics as t
where t.deleted_at is null;
update sessions set duration_minutes = 1440 where study_date = '2024-02-29';
update sessions set deleted_at = now() where study_date = '1900-01-01';
update sessions set deleted_at = null where study_date = '9999-12-31';
delete from sessions where notes = 'note 3';
