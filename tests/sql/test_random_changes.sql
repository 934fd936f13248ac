-- The totals stay right after 2,000 changes of all kinds in random order.
\getenv prepare_all PREPARE_ALL
\i :prepare_all
begin;
select plan(6);
select setseed(0.20261121);

insert into topics (account_id, id, name) overriding system value
select 1 + n % 2, 900000 + n, 'topic ' || n from generate_series(1, 8) as n;

-- Account 1 has even topics, account 2 odd ones: 40 sessions per account on 12 days.
create function test.change(kind int) returns void
	language plpgsql as $$
declare
	account constant bigint := 1 + floor(random() * 2);
	session constant uuid := id(floor(random() * 40)::int);
	topic constant bigint := 900000 + 2 * floor(random() * 4) + case account when 2 then 1 else 2 end;
	day constant date := date '2026-12-27' + floor(random() * 12)::int;
	minutes constant int := 1 + floor(random() * 1440);
begin
	case kind
	when 0, 1, 2 then
		insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
		values (account, session, topic, day, minutes) on conflict do nothing;
	when 3 then
		update sessions set topic_id = topic where account_id = account and id = session;
	when 4 then
		update sessions set study_date = day where account_id = account and id = session;
	when 5 then
		update sessions set duration_minutes = minutes where account_id = account and id = session;
	when 6 then
		update sessions set deleted_at = now() where account_id = account and id = session;
	when 7 then
		update sessions set deleted_at = null where account_id = account and id = session;
	when 8 then
		delete from sessions where account_id = account and id = session;
	when 9 then -- several rows, each in its own way
		update sessions
		set study_date = study_date + 1 - floor(random() * 3)::int,
			deleted_at = case when random() < 0.5 then now() end,
			duration_minutes = 1 + floor(random() * 1440)
		where account_id = account and random() < 0.2;
	when 10 then
		delete from sessions where account_id = account and random() < 0.02;
	when 11 then
		insert into sessions (account_id, id, topic_id, study_date, duration_minutes, deleted_at)
		select account, id(floor(random() * 40)::int), topic, day, minutes, case when random() < 0.3 then now() end
		from generate_series(1, 5)
		on conflict (account_id, id) do nothing;
	when 12 then -- a statement that fails half way changes nothing
		begin
			update sessions set duration_minutes = duration_minutes + 700 where account_id = account;
		exception when check_violation then
			null;
		end;
	end case;
end
$$;

select lives_ok($$select change(floor(random() * 13)::int) from generate_series(1, 2000)$$, '2,000 changes are made');
select cmp_ok((select count(*) from sessions where deleted_at is null), '>', 10::bigint, 'some sessions are live');
select cmp_ok((select count(*) from sessions where deleted_at is not null), '>', 3::bigint, 'some sessions are deleted');
select totals_are_right('after all changes');

-- The same with the statements of the service.
\o /dev/null
select format('execute "sessions.log"(%L, %L, %L, %L, %L, %L, ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'')', test.same(1::bigint, 3),
		ids(100 + i, 200 + i % 7, 300 + i % 50), array[1 + i % 1440, 5, 1440],
		array['log ' || i % 5, 'LOG ' || i % 3, 'topic 2'], array['2026-12-31'::date, null, date '2026-12-31' + i % 4],
		test.same(null::text, 3)),
	format('execute "sessions.update"(%L, %L, %L, %L, %L, %L, %L, ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', %L, ''{}'')', test.same(1::bigint, 2),
		ids(100 + i - i % 3, 300 + i % 50), array[900002 + 2 * (i % 4), null]::bigint[], array[null, '2026-12-30']::date[],
		array[null, 1 + i % 60]::bigint[], test.same(null::text, 2), test.same(false, 2), test.same(null::text, 2)),
	format('execute "sessions.delete"(%L, %L, %L, ''{}'')', test.same(1::bigint, 2), ids(100 + i - i % 5, 300 + i * 3 % 50),
		test.same(null::text, 2)),
	format('execute "sessions.restore"(%L, %L, ''{}'', ''{}'', ''{}'')', test.same(1::bigint, 2), ids(300 + i * 7 % 50, 100 + i - i % 4))
from generate_series(1, 60) as i \gexec
\o
select cmp_ok((select count(*) from sessions where id > id(99)), '>', 100::bigint, 'the statements created sessions');
select totals_are_right('after the statements');
select * from finish();
rollback;
