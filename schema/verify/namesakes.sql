-- Verify studytracker:namesakes on pg

begin;

select is_namesake, made_by_tag, merged_into from topics where false;
select * from topic_of_key_now(0, ''), topic_of_name_now(0, '', true), topic_now(0, 0);
select 1 / (count(*) = 3)::int from pg_class
where relname in ('topics_live_name', 'topics_live_tag', 'topics_live_key');
select topic_has_sessions_now(0, 0), topic_move_sessions(0, 0, 0), topic_restore_sessions(0, 0);

rollback;
