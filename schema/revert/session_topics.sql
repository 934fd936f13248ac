-- Revert studytracker:session_topics from pg

begin;

alter table sessions add foreign key (account_id, topic_id) references topics;

drop trigger topic_totals_guard_all on topic_totals;
drop trigger topic_totals_guard on topic_totals;
drop function topic_totals_guard_all();
drop function topic_totals_guard();

create or replace function topic_totals_add() returns trigger
	language plpgsql as $$
begin
	insert into topic_totals as t (account_id, topic_id, minutes, sessions)
	select account_id, topic_id, sum(duration_minutes), count(*)
	from new_sessions
	where deleted_at is null
	group by account_id, topic_id
	order by account_id, topic_id
	on conflict (account_id, topic_id) do update
	set minutes = t.minutes + excluded.minutes, sessions = t.sessions + excluded.sessions;
	return null;
end
$$;

create or replace function topic_totals_move(change topic_totals) returns void
	language plpgsql as $$
declare
	kept topic_totals;
begin
	select * into kept
	from topic_totals as t
	where t.account_id = change.account_id and t.topic_id = change.topic_id
	for update;
	if not found then
		insert into topic_totals as t
		values (change.account_id, change.topic_id, change.minutes, change.sessions)
		on conflict (account_id, topic_id) do update
		set minutes = t.minutes + excluded.minutes, sessions = t.sessions + excluded.sessions;
	elsif kept.sessions + change.sessions = 0 then
		delete from topic_totals as t
		where t.account_id = change.account_id and t.topic_id = change.topic_id;
	else
		update topic_totals as t
		set minutes = t.minutes + change.minutes, sessions = t.sessions + change.sessions
		where t.account_id = change.account_id and t.topic_id = change.topic_id;
	end if;
end
$$;

create or replace function topic_totals_change() returns trigger
	language plpgsql as $$
declare
	change topic_totals;
begin
	for change in
		select account_id, topic_id, sum(minutes), sum(sessions)
		from (
			select account_id, topic_id, duration_minutes as minutes, 1 as sessions
			from new_sessions where deleted_at is null
			union all
			select account_id, topic_id, -duration_minutes, -1
			from old_sessions where deleted_at is null
		) as changes
		group by account_id, topic_id
		having sum(minutes) <> 0 or sum(sessions) <> 0
		order by account_id, topic_id
	loop
		perform topic_totals_move(change);
	end loop;
	return null;
end
$$;

create or replace function topic_totals_remove() returns trigger
	language plpgsql as $$
declare
	change topic_totals;
begin
	for change in
		select account_id, topic_id, -sum(duration_minutes), -count(*)
		from old_sessions
		where deleted_at is null
		group by account_id, topic_id
		order by account_id, topic_id
	loop
		perform topic_totals_move(change);
	end loop;
	return null;
end
$$;

create or replace function topic_totals_differences()
	returns table (account_id bigint, topic_id bigint, kept_minutes bigint, kept_sessions bigint,
		counted_minutes bigint, counted_sessions bigint)
	language sql stable
	begin atomic
		select account_id, topic_id, kept.minutes, kept.sessions, counted.minutes, counted.sessions
		from topic_totals as kept
		full join (
			select s.account_id, s.topic_id, sum(s.duration_minutes) as minutes, count(*) as sessions
			from sessions as s
			where s.deleted_at is null
			group by s.account_id, s.topic_id
		) as counted using (account_id, topic_id)
		where (kept.minutes, kept.sessions) is distinct from (counted.minutes, counted.sessions)
		order by account_id, topic_id;
	end;

drop function topic_has_rows_now(bigint, bigint);

delete from topic_totals where sessions = 0;
alter table topic_totals drop constraint topic_totals_sessions_check;
alter table topic_totals add check (sessions > 0);

commit;
