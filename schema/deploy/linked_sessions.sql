-- Deploy studytracker:linked_sessions to pg
-- requires: session_links
-- requires: pending_totals
-- requires: short_locks
--
-- No transaction around the file: see docs/migrations.md. No statement waits for the lock of a table longer
-- than 200 ms at a time. It reads all sessions once, a thousand a transaction, and locks those with links.

-- PostgreSQL queues and runs a check of each foreign key for each new row, also if the key is null. Few
-- sessions have links, but the four keys of links took 10 % of a batch. Now linked_sessions has these
-- keys, and a row for each session with links. Triggers of sessions keep it: a session without links
-- pays a comparison. The table has no check: PostgreSQL would plan it anew for each session.
call with_short_locks('
	create table if not exists linked_sessions (
		account_id bigint not null,
		id         uuid not null,
		task_id    bigint,
		goal_id    bigint,
		skill_id   bigint,
		project_id bigint,
		primary key (account_id, id),
		foreign key (account_id, task_id) references tasks,
		foreign key (account_id, goal_id) references goals,
		foreign key (account_id, skill_id) references skills,
		foreign key (account_id, project_id) references projects)');

-- Those of sessions find the sessions of a list. These find what a deleted row still has.
create index if not exists linked_sessions_task on linked_sessions (account_id, task_id) where task_id is not null;
create index if not exists linked_sessions_goal on linked_sessions (account_id, goal_id) where goal_id is not null;
create index if not exists linked_sessions_skill on linked_sessions (account_id, skill_id) where skill_id is not null;
create index if not exists linked_sessions_project on linked_sessions (account_id, project_id)
	where project_id is not null;

create or replace function linked_sessions_remove() returns trigger
	language plpgsql
as $$
begin
	delete from linked_sessions as l where l.account_id = old.account_id and l.id = old.id;
	return null;
end
$$;

-- Takes the session as it is now, not `new`: another trigger of the same statement may have changed it
-- since, and the trigger of that change has run by now.
create or replace function linked_sessions_change() returns trigger
	language plpgsql
as $$
begin
	if tg_op = 'UPDATE' then
		delete from linked_sessions as l where l.account_id = old.account_id and l.id = old.id;
	end if;
	insert into linked_sessions (account_id, id, task_id, goal_id, skill_id, project_id)
	select s.account_id, s.id, s.task_id, s.goal_id, s.skill_id, s.project_id
	from sessions as s
	where s.account_id = new.account_id and s.id = new.id
		and num_nonnulls(s.task_id, s.goal_id, s.skill_id, s.project_id) > 0
	on conflict (account_id, id) do nothing;
	return null;
end
$$;

create or replace function linked_sessions_truncate() returns trigger
	language plpgsql
as $$
begin
	truncate linked_sessions;
	return null;
end
$$;

-- TRUNCATE of a linked table, with CASCADE, empties linked_sessions, but not sessions.
create or replace function linked_sessions_guard_all() returns trigger
	language plpgsql
as $$
begin
	if exists (
		select
		from sessions as s
		where num_nonnulls(s.task_id, s.goal_id, s.skill_id, s.project_id) > 0
	) then
		raise foreign_key_violation using table = 'linked_sessions', schema = 'public',
			message = 'linked_sessions: there are sessions with links';
	end if;
	return null;
end
$$;

-- All at once, so that no change of a row escapes after a trigger has added it.
call with_short_locks('
	create or replace trigger linked_sessions_add after insert on sessions
		for each row when (num_nonnulls(new.task_id, new.goal_id, new.skill_id, new.project_id) > 0)
		execute function linked_sessions_change();
	create or replace trigger linked_sessions_change after update on sessions
		for each row when ((old.account_id, old.id, old.task_id, old.goal_id, old.skill_id, old.project_id)
			is distinct from (new.account_id, new.id, new.task_id, new.goal_id, new.skill_id, new.project_id))
		execute function linked_sessions_change();
	create or replace trigger linked_sessions_remove after delete on sessions
		for each row when (num_nonnulls(old.task_id, old.goal_id, old.skill_id, old.project_id) > 0)
		execute function linked_sessions_remove();
	create or replace trigger linked_sessions_truncate after truncate on sessions
		for each statement execute function linked_sessions_truncate();
	create or replace trigger linked_sessions_guard_all after truncate on linked_sessions
		for each statement execute function linked_sessions_guard_all()');

-- The sessions of before: a thousand a transaction, in the order of the key. The lock keeps a session from
-- changing between reading it here and writing its row.
do $$
declare
	after_account bigint := 0;
	after_id uuid := '00000000-0000-0000-0000-000000000000';
	last_account bigint;
	last_id uuid;
begin
	loop
		select s.account_id, s.id into last_account, last_id
		from (
			select s.account_id, s.id
			from sessions as s
			where (s.account_id, s.id) > (after_account, after_id)
			order by s.account_id, s.id
			limit 1000
		) as s
		order by s.account_id desc, s.id desc
		limit 1;
		exit when not found;
		insert into linked_sessions (account_id, id, task_id, goal_id, skill_id, project_id)
		select s.account_id, s.id, s.task_id, s.goal_id, s.skill_id, s.project_id
		from (
			select s.*
			from sessions as s
			where (s.account_id, s.id) > (after_account, after_id)
				and (s.account_id, s.id) <= (last_account, last_id)
				and num_nonnulls(s.task_id, s.goal_id, s.skill_id, s.project_id) > 0
			order by s.account_id, s.id
			for no key update
		) as s
		on conflict (account_id, id) do nothing;
		commit;
		after_account := last_account;
		after_id := last_id;
	end loop;
end
$$;

call with_short_locks('
	alter table sessions
		drop constraint if exists sessions_account_id_task_id_fkey,
		drop constraint if exists sessions_account_id_goal_id_fkey,
		drop constraint if exists sessions_account_id_skill_id_fkey,
		drop constraint if exists sessions_account_id_project_id_fkey');

-- Every difference between linked_sessions and sessions: none, ever.
create or replace function linked_sessions_differences()
	returns table (account_id bigint, session_id uuid, kept bigint[], wanted bigint[])
	language sql stable
	begin atomic
		select account_id, id, kept.links, wanted.links
		from (
			select l.account_id, l.id, array[l.task_id, l.goal_id, l.skill_id, l.project_id] as links
			from linked_sessions as l
		) as kept
		full join (
			select s.account_id, s.id, array[s.task_id, s.goal_id, s.skill_id, s.project_id] as links
			from sessions as s
			where num_nonnulls(s.task_id, s.goal_id, s.skill_id, s.project_id) > 0
		) as wanted using (account_id, id)
		where kept.links is distinct from wanted.links
		order by account_id, id;
	end;

-- As before, with linked_sessions.
create or replace function account_tables() returns table (place integer, name text, self_link text, omitted text[])
	language sql immutable parallel safe
	begin atomic
		select t.place, t.name, t.self_link, t.omitted
		from (values
			(1, 'account_passwords', null, '{hash,renewed_from}'::text[]),
			(2, 'identities', null, '{}'),
			(3, 'tokens', null, '{hash}'),
			(4, 'logins', null, '{session_hash,refresh_id}'),
			(5, 'idempotency_keys', null, '{fingerprint}'),
			(6, 'sessions', null, '{}'), -- before linked_sessions, which its trigger changes
			(7, 'linked_sessions', null, '{}'),
			(8, 'attendances', null, '{}'),
			(9, 'action_items', null, '{}'),
			(10, 'energy_checkins', null, '{}'),
			(11, 'learnings', null, '{}'),
			(12, 'feedback', null, '{}'),
			(13, 'meetings', null, '{}'),
			(14, 'tasks', null, '{}'),
			(15, 'milestones', null, '{}'),
			(16, 'goals', 'parent_goal_id', '{}'),
			(17, 'skill_progress', null, '{}'),
			(18, 'skill_projects', null, '{}'),
			(19, 'skills', null, '{}'),
			(20, 'people', null, '{}'),
			(21, 'organizations', null, '{}'),
			(22, 'projects', null, '{}'),
			(23, 'tags', null, '{}'),
			(24, 'topics', 'merged_into', '{}'),
			(25, 'pending_totals', null, '{}'), -- after topics: no session comes any more
			(26, 'kept_daily_totals', null, '{}'),
			(27, 'kept_topic_totals', null, '{}'),
			(28, 'security_events', null, '{}')) as t (place, name, self_link, omitted);
	end;

-- As before, without linked_sessions: sessions say the same.
create or replace function export_tables() returns table (place integer, member text, name text, omitted text[])
	language sql immutable parallel safe
	begin atomic
		select 0, 'account', 'accounts', '{}'::text[]
		union all
		select (1 + max(t.place) over () - t.place)::integer, t.name, t.name, t.omitted
		from account_tables() as t
		where t.name not like '%\_totals' and t.name <> 'linked_sessions'
		order by 1;
	end;
