-- For tests that need rows in every table: pg_temp.fill(account) makes an account with them.
create function pg_temp.fill(account bigint) returns void
	language plpgsql volatile as $$
declare
	n constant bigint := account * 100;
begin
	insert into accounts (account_id, name, username, email) values
		(account, 'Account ' || account, 'user' || account, account || '@example.org');
	insert into account_passwords (account_id, hash) values (account, 'hash ' || account);
	insert into identities (account_id, issuer, subject)
	select account, 'https://id.example.org', account || '/' || i from generate_series(1, 2) as i;
	insert into tokens (account_id, id, name, hash, scopes)
	select account, n + i, 'token ' || i, sha256(convert_to(account || '/' || i, 'UTF8')), '{read}'
	from generate_series(1, 3) as i;
	insert into logins (account_id, id, kind, refresh_id, session_hash, lifetime_s, expires_at)
	select account, id(n + i), case when i = 1 then 'jwt' else 'browser' end, case when i = 1 then id(i) end,
		case when i > 1 then sha256(convert_to(account || '/' || i, 'UTF8')) end, 60, now() + interval '60 s'
	from generate_series(1, 2) as i;
	insert into security_events (account_id, kind) select account, 'login' from generate_series(1, 3);
	insert into topics (account_id, id, name) overriding system value
	select account, n + i, 'Topic ' || i from generate_series(1, 6) as i;
	update topics set deleted_at = now(), merged_into = n + 1 where account_id = account and id in (n + 5, n + 6);
	insert into tags (account_id, id, name) overriding system value select account, n + i, 'tag ' || i from generate_series(1, 2) as i;
	insert into projects (account_id, id, name) overriding system value select account, n + i, 'project ' || i from generate_series(1, 2) as i;
	insert into organizations (account_id, id, name, type) overriding system value
	select account, n + i, 'organization ' || i, 'host' from generate_series(1, 2) as i;
	insert into people (account_id, id, name, organization_id) overriding system value
	select account, n + i, 'person ' || i, n + 1 from generate_series(1, 2) as i;
	insert into skills (account_id, id, name, confidence_level) overriding system value
	select account, n + i, 'skill ' || i, 3 from generate_series(1, 2) as i; -- a trigger adds skill_progress
	insert into skill_projects (account_id, id, skill_id, project_id) overriding system value
	select account, n + i, n + i, n + i from generate_series(1, 2) as i;
	insert into goals (account_id, id, title, project_id, topic_ids) overriding system value
	select account, n + i, 'goal ' || i, n + 1, array[n + 1] from generate_series(1, 4) as i;
	update goals set parent_goal_id = id + 1 where account_id = account and id < n + 4;
	insert into milestones (account_id, id, goal_id, description) overriding system value
	select account, n + i, n + i, 'milestone' from generate_series(1, 2) as i;
	insert into tasks (account_id, id, title, goal_id, organization_id, deleted_at) overriding system value
	select account, n + i, 'task ' || i, n + i, n + 1, case when i = 2 then now() end from generate_series(1, 2) as i;
	insert into meetings (account_id, id, title, meeting_date, organization_id, attendee_ids) overriding system value
	select account, n + i, 'meeting ' || i, '2026-11-20', n + 1, array[n + 1] from generate_series(1, 2) as i; -- and attendances
	insert into learnings (account_id, id, title, meeting_id, tag_ids) overriding system value
	select account, n + i, 'learning', n + i, array[n + 1] from generate_series(1, 2) as i;
	insert into feedback (account_id, id, content, from_person_id, tag_ids) overriding system value
	select account, n + i, 'feedback', n + i, array[n + 1] from generate_series(1, 2) as i;
	insert into action_items (account_id, id, description, source_type, source_id) overriding system value
	select account, n + i, 'action item', 'meeting', n + i from generate_series(1, 2) as i;
	insert into energy_checkins (account_id, id, checkin_datetime, energy_level, engagement_level) overriding system value
	select account, n + i, now(), 3, 3 from generate_series(1, 2) as i;
	insert into sessions (account_id, id, topic_id, study_date, duration_minutes, task_id, goal_id, skill_id, project_id)
	select account, id(n + i), n + i, '2026-11-20', 25, n + 1, n + 1, n + 1, n + 1 from generate_series(1, 3) as i; -- and pending totals
	update sessions set deleted_at = now() where account_id = account and id = id(n + 3); -- and kept ones
	insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
	select account, id(n + i), n + 1, '2026-11-20', 25 from generate_series(4, 5) as i;
	insert into idempotency_keys (account_id, key, fingerprint, answer)
	select account, 'key ' || i, '\x00', '{"id": 1}' from generate_series(1, 2) as i;
end
$$;

-- How many rows of the account each table has, of the tables that have any.
create function pg_temp.rows_of(account bigint) returns table (name text, rows bigint)
	language plpgsql volatile as $$
begin
	for name in select t.name from account_tables() as t order by t.name loop
		execute format('select count(*) from %I where account_id = $1', name) into rows using account;
		if rows > 0 then
			return next;
		end if;
	end loop;
end
$$;
