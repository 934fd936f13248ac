-- Revert studytracker:namesakes from pg

begin;

drop function topic_restore_sessions(bigint, bigint);
drop function topic_move_sessions(bigint, bigint, bigint);
drop index sessions_topic_deleted;
drop function topic_has_sessions_now(bigint, bigint);
create function topic_sessions_now(account_id bigint, topic_id bigint) returns bigint
	language sql volatile strict
	begin atomic
		select coalesce(sum(t.sessions), 0)::bigint
		from daily_totals as t
		where t.account_id = $1 and t.topic_id = $2;
	end;
drop function run_again(text);
drop function topic_now(bigint, bigint);
drop function topic_of_name_now(bigint, text, boolean);
drop function topic_of_key_now(bigint, text);

-- A namesake keeps its sessions and takes its number into its name, which is then taken by nobody.
update topics set name = left(name, 170) || ' (' || id || ')' where is_namesake and deleted_at is null;

drop index topics_live_key;
drop index topics_live_tag;
drop index topics_live_name;
alter table topics drop column merged_into, drop column made_by_tag, drop column is_namesake;
create unique index topics_live_name on topics (account_id, name_key) where deleted_at is null;

commit;
