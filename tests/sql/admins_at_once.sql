-- Admins that take each other away, and purges, for concurrent callers (tests/checks/check_sql).

insert into accounts (account_id, name, username, role)
select n, 'admin ' || n, 'admin' || n, 'admin' from generate_series(9100, 9103) as n;
select set_password_hash(n, 'hash') from generate_series(9100, 9103) as n;

-- A batch of changes of admins, in random order; most of them take one away.
create function test.some_admins() returns void
	language plpgsql as $$
begin
	perform test.answers('accounts.update', variadic array(
		select jsonb_build_object('actor_id', 9100, 'account_id', n)
			|| case floor(random() * 4)
				when 0 then '{"role": "learner"}'
				when 1 then '{"status": "disabled"}'
				when 2 then '{"role": "admin"}'
				else '{"status": "active"}'
			end::jsonb
		from generate_series(9100, 9103) as n
		order by random()
		limit 1 + floor(random() * 3)::int));
end
$$;
create function test.expect_admin() returns void
	language plpgsql as $$
begin
	if not exists (select from public.accounts as a where a.role = 'admin' and a.status = 'active' and has_password(a.account_id)) then
		raise 'the last admin is gone';
	end if;
end
$$;

-- Closed accounts with rows. Callers purge them while late requests still add some.
insert into accounts (account_id, name, status, closed_at)
select n, 'closed ' || n, 'deleted', now() - interval '1 hour' from generate_series(9201, 9240) as n;
insert into topics (account_id, id, name) overriding system value
select a, a * 10 + n, 'Topic ' || n from generate_series(9201, 9240) as a, generate_series(1, 5) as n;
insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
select t.account_id, test.id(t.id * 1000 + n), t.id, '2026-11-20', 25 from topics as t, generate_series(1, 40) as n
where t.account_id between 9201 and 9240;
create function test.some_purge() returns void
	language plpgsql as $$
declare
	late bigint;
begin
	if random() < 0.7 then
		perform purge_accounts(floor(1 + random() * 300)::int, '1 s');
		return;
	end if;
	late := 9201 + floor(random() * 40);
	insert into public.sessions (account_id, id, topic_id, study_date, duration_minutes)
	values (late, gen_random_uuid(), late * 10 + 1 + floor(random() * 5)::int, '2026-11-21', 5);
exception
	when foreign_key_violation then -- the topic has gone
		raise debug '%', sqlerrm;
end
$$;
