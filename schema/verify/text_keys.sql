-- Verify studytracker:text_keys on pg

begin;

select 1 / (text_key('STRASSE') = text_key('Straße'))::int;

rollback;
