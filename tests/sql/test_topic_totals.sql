-- topic_totals follow every kind of change to sessions.
begin;
select no_plan();

insert into topics (account_id, id, name) overriding system value
values (1, 11, 'a'), (1, 12, 'b'), (2, 21, 'a');

-- The totals in one line: account/topic:minutes/sessions.
create function test.totals() returns text
	language sql
	return (
		select string_agg(format('%s/%s:%s/%s', account_id, topic_id, minutes, sessions), ' ' order by account_id, topic_id)
		from (
			select account_id, topic_id, sum(minutes) as minutes, sum(sessions) as sessions
			from topic_totals
			group by account_id, topic_id
		) as t);

select is(totals(), null, 'no session, no totals');
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, deleted_at)
values (1, id(1), 11, '2026-05-01', 30, null), (1, id(2), 11, '2026-05-02', 60, null), (1, id(3), 12, '2026-05-01', 5, null),
	(2, id(1), 21, '2026-05-01', 7, null), (1, id(4), 11, '2026-05-01', 100, now());
select is(totals(), '1/11:90/2 1/12:5/1 2/21:7/1', 'an insert of many rows adds each to its topic, but not the deleted one');
insert into sessions (account_id, id, topic_id, study_date, duration_minutes) values (1, id(5), 12, '2026-05-01', 2);
select is(totals(), '1/11:90/2 1/12:7/2 2/21:7/1', 'a second insert adds');
update sessions set study_date = '2026-06-01', notes = 'later' where account_id = 1;
select is(totals(), '1/11:90/2 1/12:7/2 2/21:7/1', 'another day is the same total');
update sessions set duration_minutes = 31 where account_id = 1 and id = id(1);
select is(totals(), '1/11:91/2 1/12:7/2 2/21:7/1', 'other minutes count');
update sessions set topic_id = 11 where account_id = 1 and topic_id = 12;
select is(totals(), '1/11:98/4 2/21:7/1', 'a topic without sessions has no totals');
update sessions set topic_id = 12 where account_id = 1 and id = id(3);
select is(totals(), '1/11:93/3 1/12:5/1 2/21:7/1', 'a session moves to a topic without totals');
update sessions set deleted_at = now() where account_id = 1 and id = id(3);
select is(totals(), '1/11:93/3 2/21:7/1', 'a soft delete subtracts');
update sessions set deleted_at = null where account_id = 1 and id in (id(3), id(4));
select is(totals(), '1/11:193/4 1/12:5/1 2/21:7/1', 'a restore adds');
delete from sessions where account_id = 1 and id in (id(3), id(4)) or account_id = 2;
select is(totals(), '1/11:93/3', 'a delete subtracts');
select totals_are_right('after all statements');
select refuses(format('totals of %s minutes in %s sessions', minutes, sessions), '23514',
	format('insert into kept_topic_totals values (1, 12, %s, %s)', minutes, sessions))
from (values (-1, -1), (5, 0), (1, 2), (1441, 1)) as v (minutes, sessions);

-- topic_totals_differences finds every kind of wrong total and shows the right one.
savepoint before;
insert into sessions (account_id, id, topic_id, study_date, duration_minutes) values (2, id(9), 21, '2026-05-01', 7);
select fold_totals(account_id) from accounts;
update kept_topic_totals set minutes = minutes + 1 where topic_id = 11;
insert into kept_topic_totals values (1, 12, 5, 1);
delete from kept_topic_totals where topic_id = 21;
select results_eq('select * from topic_totals_differences()', $$values
	(1::bigint, 11::bigint, 94::bigint, 3::bigint, 93::bigint, 3::bigint),
	(1, 12, 5, 1, null, null),
	(2, 21, null, null, 7, 1)$$, 'finds wrong, surplus and missing totals');
rollback to before;

-- The totals of new sessions are pending until there are many, or until a session changes.
savepoint before;
create function test.pending() returns text
	language sql
	return (
		select format('%s rows, %s changes', count(*), coalesce(sum(cardinality(topic_ids)), 0))
		from pending_totals where account_id = 1);
create function test.add_sessions(first int, last int) returns void
	language sql
	begin atomic
		insert into sessions (account_id, id, topic_id, study_date, duration_minutes)
		select 1, test.id(n), 11, date '2020-01-01' + n, 1 from generate_series(first, last) as n;
	end;
select fold_totals(1);
select is(pending(), '0 rows, 0 changes', 'fold_totals leaves nothing pending');
select add_sessions(n, n) from generate_series(1001, 1016) as n;
select is(pending(), '16 rows, 16 changes', '16 statements that add sessions are pending');
select totals_are_right('with pending ones');
select add_sessions(1017, 1017);
select is(pending(), '0 rows, 0 changes', 'the next one moves all of them');
select is((select count(*) from kept_daily_totals where study_date between '2022-09-28' and '2022-10-14'), 17::bigint,
	'to the kept totals');
select add_sessions(n, n + 99) from generate_series(2000, 2400, 100) as n;
select is(pending(), '5 rows, 500 changes', '500 changes are pending');
select add_sessions(2500, 2500);
select is(pending(), '0 rows, 0 changes', 'one more moves them');
select add_sessions(3000, 3100);
select is(pending(), '0 rows, 0 changes', 'the changes of a large statement are not pending');
select add_sessions(5001, 5002);
insert into sessions (account_id, id, topic_id, study_date, duration_minutes) values (2, id(9), 21, '2026-05-01', 7);
update sessions set notes = 'n' where account_id = 1 and id = id(5001);
select is(pending(), '1 rows, 2 changes', 'notes leave totals pending');
update sessions set duration_minutes = 2 where account_id = 1 and id = id(5001);
select is(pending(), '0 rows, 0 changes', 'a change of a session moves them first');
select add_sessions(5003, 5003);
delete from sessions where account_id = 1 and id = id(5003);
select is(pending(), '0 rows, 0 changes', 'so does a deletion');
select isnt_empty('select from pending_totals where account_id = 2', 'but not those of others');
select add_sessions(5004, 5004);
prepare folded as select sum(fold_some_totals(1)) from generate_series(1, 100); -- each from a random account on
execute folded;
select is_empty('select from pending_totals', 'fold_some_totals reaches every account');
select is(fold_some_totals(1), 0::bigint, 'and finds nothing more');
select totals_are_right('after all moves');
rollback to before;

-- The topic of a session exists. Sessions have no foreign key: triggers check it once for each
-- topic of a statement (schema/deploy/pending_totals.sql). See also
-- tests/integration/test_session_topics.py.
savepoint before;
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, deleted_at) values (1, id(6), 12, '2026-05-01', 9, now());
select is(totals(), '1/11:93/3', 'a deleted session has no totals');
select refuses('a topic with sessions', '23503', 'delete from topics where account_id = 1 and id = 11');
select refuses('a topic with a deleted session', '23503', 'delete from topics where account_id = 1 and id = 12');
delete from kept_topic_totals;
delete from kept_daily_totals;
select refuses('a topic with sessions, but without totals', '23503', 'delete from topics where account_id = 1 and id = 11');
select refuses('a topic with sessions gets no other id', '23503', 'update topics set id = 13 where account_id = 1 and id = 12');
select refuses('TRUNCATE of the topics', '23503', 'truncate topics cascade');
select refuses('a session of an unknown topic', '23503', $$insert into sessions
	(account_id, id, topic_id, study_date, duration_minutes) values (1, id(7), 99, '2026-05-01', 9)$$);
select refuses('a deleted session of an unknown topic', '23503', $$insert into sessions
	(account_id, id, topic_id, study_date, duration_minutes, deleted_at) values (1, id(7), 99, '2026-05-01', 9, now())$$);
select refuses('a session of a topic of another account', '23503', $$insert into sessions
	(account_id, id, topic_id, study_date, duration_minutes) values (1, id(7), 21, '2026-05-01', 9)$$);
select refuses('one unknown topic among others', '23503', $$insert into sessions
	(account_id, id, topic_id, study_date, duration_minutes) values (1, id(7), 11, '2026-05-01', 9), (1, id(8), 99, '2026-05-01', 9)$$);
select lives_ok($$with t as (update topics set description = 'd' where account_id = 1 and id = 11 returning *)
	insert into sessions (account_id, id, topic_id, study_date, duration_minutes) select account_id, id(7), id, '2026-05-01', 9 from t$$,
	'a session of a topic that the same statement changes');
select refuses('a session that moves to an unknown topic', '23503', $$update sessions set topic_id = 99 where id = id(1)$$);
select refuses('a deleted session that moves to an unknown topic', '23503', $$update sessions set topic_id = 99 where id = id(6)$$);
rollback to before;

savepoint before;
insert into topics (account_id, id, name) overriding system value values (1, 13, 'c');
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, deleted_at) values (1, id(6), 12, '2026-05-01', 9, now());
update sessions set topic_id = 13 where account_id = 1 and id = id(6);
select lives_ok('delete from topics where account_id = 1 and id = 12', 'a topic whose last session has moved is deleted');
update sessions set topic_id = case topic_id when 11 then 13 else 11 end where account_id = 1 and id in (id(1), id(6));
select is(totals(), '1/11:62/2 1/13:31/1', 'two sessions change places');
delete from sessions where account_id = 1 and id = id(1);
select is(totals(), '1/11:62/2', 'the last session of a topic is deleted');
select lives_ok('delete from topics where account_id = 1 and id = 13', 'and then the topic');
delete from sessions where account_id = 1;
select is(totals(), null, 'no sessions, no totals');
select totals_are_right('of deleted sessions');
rollback to before;

truncate sessions;
select is(totals(), null, 'TRUNCATE leaves no totals');
select totals_are_right('after TRUNCATE');
select * from finish();
rollback;
