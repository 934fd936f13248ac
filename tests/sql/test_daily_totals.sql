-- daily_totals follow every kind of change to sessions.
begin;
select no_plan();

insert into topics (account_id, id, name) overriding system value
values (1, 11, 'a'), (1, 12, 'b'), (2, 21, 'a');

-- The totals in one line: account/topic/day of May:minutes/sessions.
create function test.totals() returns text
	language sql
	return (
		select string_agg(format('%s/%s/%s:%s/%s', account_id, topic_id, extract(day from study_date),
			minutes, sessions), ' ' order by account_id, topic_id, study_date)
		from (
			select account_id, topic_id, study_date, sum(minutes) as minutes, sum(sessions) as sessions
			from daily_totals
			group by account_id, topic_id, study_date
		) as t);

prepare log as insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
	values ($1, id($2), $3, make_date(2026, 5, $4), $5);

select is(totals(), null, 'no session, no totals');
execute log(1, 1, 11, 1, 30);
select is(totals(), '1/11/1:30/1', 'an insert adds');
execute log(1, 2, 11, 1, 1440);
select is(totals(), '1/11/1:1470/2', 'a second session on the day adds');
insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
values (1, id(3), 11, '2026-05-02', 1), (1, id(4), 12, '2026-05-01', 2), (2, id(1), 21, '2026-05-01', 4),
	(1, id(5), 11, '2026-05-02', 8);
select is(totals(), '1/11/1:1470/2 1/11/2:9/2 1/12/1:2/1 2/21/1:4/1', 'an insert of many rows adds each');
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, deleted_at)
values (1, id(6), 11, '2026-05-01', 100, now());
select is(totals(), '1/11/1:1470/2 1/11/2:9/2 1/12/1:2/1 2/21/1:4/1', 'a row that is inserted as deleted adds nothing');
insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
values (1, id(1), 11, '2026-05-01', 7), (1, id(7), 11, '2026-05-01', 7) on conflict do nothing;
select is(totals(), '1/11/1:1477/3 1/11/2:9/2 1/12/1:2/1 2/21/1:4/1', 'on conflict do nothing: only new rows add');
insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
values (1, id(7), 12, '2026-05-03', 9), (1, id(8), 12, '2026-05-03', 16)
on conflict (account_id, id) do update set topic_id = excluded.topic_id, study_date = excluded.study_date;
select is(totals(), '1/11/1:1470/2 1/11/2:9/2 1/12/1:2/1 1/12/3:23/2 2/21/1:4/1',
	'on conflict do update: old totals move');
delete from sessions where account_id = 1 and id = any (ids(7, 8));
select is(totals(), '1/11/1:1470/2 1/11/2:9/2 1/12/1:2/1 2/21/1:4/1', 'a delete of many rows subtracts');

update sessions set duration_minutes = 10 where account_id = 1 and id = id(2);
select is(totals(), '1/11/1:40/2 1/11/2:9/2 1/12/1:2/1 2/21/1:4/1', 'other minutes');
update sessions set study_date = '2026-05-03' where account_id = 1 and id = id(2);
select is(totals(), '1/11/1:30/1 1/11/2:9/2 1/11/3:10/1 1/12/1:2/1 2/21/1:4/1', 'another day');
update sessions set topic_id = 12 where account_id = 1 and id = id(2);
select is(totals(), '1/11/1:30/1 1/11/2:9/2 1/12/1:2/1 1/12/3:10/1 2/21/1:4/1', 'another topic');
update sessions set topic_id = 11, study_date = '2026-05-01', duration_minutes = 20 where account_id = 1 and id = id(2);
select is(totals(), '1/11/1:50/2 1/11/2:9/2 1/12/1:2/1 2/21/1:4/1', 'all of them at once');
update sessions set notes = 'n', updated_at = now() where true;
select is(totals(), '1/11/1:50/2 1/11/2:9/2 1/12/1:2/1 2/21/1:4/1', 'notes change no totals');
update sessions set study_date = study_date + 1 where account_id = 1 and deleted_at is null;
select is(totals(), '1/11/2:50/2 1/11/3:9/2 1/12/2:2/1 2/21/1:4/1', 'each session moves a day later, to days with totals');
update sessions set study_date = study_date - 1 where account_id = 1 and deleted_at is null;
select is(totals(), '1/11/1:50/2 1/11/2:9/2 1/12/1:2/1 2/21/1:4/1', 'and back');
update sessions set topic_id = 23 - topic_id where account_id = 1 and study_date = '2026-05-01' and deleted_at is null;
select is(totals(), '1/11/1:2/1 1/11/2:9/2 1/12/1:50/2 2/21/1:4/1', 'two topics swap their sessions');
update sessions set topic_id = 23 - topic_id where account_id = 1 and study_date = '2026-05-01' and deleted_at is null;
update sessions set duration_minutes = 50 - duration_minutes where account_id = 1 and id = any (ids(1, 2));
select is(totals(), '1/11/1:50/2 1/11/2:9/2 1/12/1:2/1 2/21/1:4/1', 'two sessions swap their minutes');

update sessions set deleted_at = now() where account_id = 1 and id = id(2);
select is(totals(), '1/11/1:20/1 1/11/2:9/2 1/12/1:2/1 2/21/1:4/1', 'a soft delete subtracts');
update sessions set duration_minutes = 1000, study_date = '2026-05-09' where account_id = 1 and id = id(2);
select is(totals(), '1/11/1:20/1 1/11/2:9/2 1/12/1:2/1 2/21/1:4/1', 'a change of a deleted session changes no totals');
update sessions set deleted_at = null where account_id = 1 and id = id(2);
select is(totals(), '1/11/1:20/1 1/11/2:9/2 1/11/9:1000/1 1/12/1:2/1 2/21/1:4/1', 'a restored session adds its present values');
update sessions set deleted_at = null, study_date = '2026-05-01' where account_id = 1 and id = id(2);
update sessions set deleted_at = case when id = id(6) then null else now() end
where account_id = 1 and id = any (ids(2, 6));
select is(totals(), '1/11/1:120/2 1/11/2:9/2 1/12/1:2/1 2/21/1:4/1', 'a delete and a restore in one statement');
update sessions set deleted_at = now() where account_id = 1;
select is(totals(), '2/21/1:4/1', 'a day without live sessions has no row');
update sessions set deleted_at = null where account_id = 1;
select is(totals(), '1/11/1:1120/3 1/11/2:9/2 1/12/1:2/1 2/21/1:4/1', 'all sessions are restored');
delete from sessions where account_id = 1 and id = id(3);
select is(totals(), '1/11/1:1120/3 1/11/2:8/1 1/12/1:2/1 2/21/1:4/1', 'a hard delete subtracts');
select totals_are_right('so far');
savepoint before;
update sessions set duration_minutes = 1, deleted_at = null where account_id = 1;
update sessions set duration_minutes = case when id = id(1) then 2 else 1 end, deleted_at = case when id = id(2) then now() end
where account_id = 1 and id = any (ids(1, 2));
select is(totals(), '1/11/1:3/2 1/11/2:1/1 1/12/1:1/1 2/21/1:4/1', 'one session fewer, the same minutes');
rollback to before;

savepoint before;
with gone as (delete from sessions where account_id = 1 and id = id(4) returning *)
insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
select account_id, id(40), topic_id, study_date, duration_minutes + 1 from gone;
select is(totals(), '1/11/1:1120/3 1/11/2:8/1 1/12/1:3/1 2/21/1:4/1', 'a delete and an insert in one statement');
rollback to before;
select is(totals(), '1/11/1:1120/3 1/11/2:8/1 1/12/1:2/1 2/21/1:4/1', 'a rollback changes no totals');
copy sessions (account_id, id, topic_id, study_date, duration_minutes) from stdin;
1	00000000-0000-4000-8000-0000000000c1	12	2026-05-01	5
1	00000000-0000-4000-8000-0000000000c2	12	2026-05-01	6
\.
select is(totals(), '1/11/1:1120/3 1/11/2:8/1 1/12/1:13/3 2/21/1:4/1', 'COPY adds');
merge into sessions as s using (values (1::bigint, id(193)), (1, id(194)), (1, id(195))) as v (account_id, id)
on s.account_id = v.account_id and s.id = v.id
when matched and s.id = id(193) then delete
when matched then update set duration_minutes = 60
when not matched then insert (account_id, id, topic_id, study_date, duration_minutes) values (1, v.id, 12, '2026-05-01', 70);
select is(totals(), '1/11/1:1120/3 1/11/2:8/1 1/12/1:132/3 2/21/1:4/1', 'MERGE with all kinds of changes');
select totals_are_right('after all statements');

-- A topic without sessions can be deleted and has no totals.
select refuses('a topic with totals', '23503', $$delete from topics where account_id = 2 and id = 21$$);
delete from sessions where account_id = 2;
select lives_ok($$delete from topics where account_id = 2 and id = 21$$, 'a topic without sessions is deleted');
select is(totals(), '1/11/1:1120/3 1/11/2:8/1 1/12/1:132/3', 'and has no totals');
select results_eq('select topic_has_sessions_now(1, 11), topic_has_sessions_now(1, 999)', 'values (true, false)', 'topic_has_sessions_now');
update topics set deleted_at = now() where account_id = 1 and id = 12;
select totals_are_right('after a soft delete of a topic');

-- daily_totals_differences finds every kind of wrong total and shows the right one.
savepoint before;
select fold_totals(1);
update kept_daily_totals set minutes = minutes + 1 where topic_id = 11 and study_date = '2026-05-01';
delete from kept_daily_totals where topic_id = 11 and study_date = '2026-05-02';
insert into kept_daily_totals values (1, '2026-05-20', 12, 5, 1);
update kept_daily_totals set sessions = 2 where topic_id = 12 and study_date = '2026-05-01';
select results_eq('select * from daily_totals_differences()', $$values
	(1::bigint, '2026-05-01'::date, 11::bigint, 1121::bigint, 3::bigint, 1120::bigint, 3::bigint),
	(1, '2026-05-01', 12, 132, 2, 132, 3),
	(1, '2026-05-02', 11, null, null, 8, 1),
	(1, '2026-05-20', 12, 5, 1, null, null)$$, 'finds wrong, missing and surplus totals');
rollback to before;

truncate sessions;
select is(totals(), null, 'TRUNCATE leaves no totals');
select totals_are_right('after TRUNCATE');
select * from finish();
rollback;
