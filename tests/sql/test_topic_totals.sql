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
		from topic_totals);

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
select is(totals(), '1/11:93/3 1/12:0/0 2/21:7/1', 'a soft delete subtracts, and leaves the row of the topic');
update sessions set deleted_at = null where account_id = 1 and id in (id(3), id(4));
select is(totals(), '1/11:193/4 1/12:5/1 2/21:7/1', 'a restore adds');
delete from sessions where account_id = 1 and id in (id(3), id(4)) or account_id = 2;
select is(totals(), '1/11:93/3', 'a delete subtracts');
select totals_are_right('after all statements');
select refuses('a topic with totals', '23503', 'delete from topics where account_id = 1 and id = 11');
select refuses(format('totals of %s minutes in %s sessions', minutes, sessions), '23514',
	format('insert into topic_totals values (1, 12, %s, %s)', minutes, sessions))
from (values (-1, -1), (5, 0), (1, 2), (1441, 1)) as v (minutes, sessions);

-- topic_totals_differences finds every kind of wrong total and shows the right one.
savepoint before;
insert into sessions (account_id, id, topic_id, study_date, duration_minutes) values (2, id(9), 21, '2026-05-01', 7);
update topic_totals set minutes = minutes + 1 where topic_id = 11;
insert into topic_totals values (1, 12, 5, 1);
alter table topic_totals disable trigger topic_totals_guard;
delete from topic_totals where topic_id = 21;
select results_eq('select * from topic_totals_differences()', $$values
	(1::bigint, 11::bigint, 94::bigint, 3::bigint, 93::bigint, 3::bigint),
	(1, 12, 5, 1, null, null),
	(2, 21, null, null, 7, 1)$$, 'finds wrong, surplus and missing totals');
rollback to before;

-- The topic of a session has a row here as long as the session exists, and the row has a foreign
-- key to the topic. Sessions have none (schema/deploy/session_topics.sql). See also
-- tests/integration/test_session_topics.py.
savepoint before;
insert into sessions (account_id, id, topic_id, study_date, duration_minutes, deleted_at) values (1, id(6), 12, '2026-05-01', 9, now());
select is(totals(), '1/11:93/3 1/12:0/0', 'a deleted session has a row of its topic');
select refuses('a topic with a deleted session', '23503', 'delete from topics where account_id = 1 and id = 12');
select refuses('the totals of a topic with a deleted session are not deleted', '23503', 'delete from topic_totals where topic_id = 12');
select refuses('the totals of a topic with sessions are not deleted', '23503', 'delete from topic_totals where topic_id = 11');
select refuses('the totals do not become those of another topic', '23503', 'update topic_totals set account_id = 2, topic_id = 21 where topic_id = 12');
select refuses('a topic with sessions gets no other id', '23503', 'update topics set id = 13 where account_id = 1 and id = 12');
select refuses('TRUNCATE of the totals', '23503', 'truncate topic_totals');
select refuses('TRUNCATE of the topics', '23503', 'truncate topics cascade');
select refuses('a deleted session of an unknown topic', '23503', $$insert into sessions
	(account_id, id, topic_id, study_date, duration_minutes, deleted_at) values (1, id(7), 99, '2026-05-01', 9, now())$$);
select refuses('a session that moves to an unknown topic', '23503', $$update sessions set topic_id = 99 where id = id(1)$$);
select refuses('a deleted session that moves to an unknown topic', '23503', $$update sessions set topic_id = 99 where id = id(6)$$);
insert into topics (account_id, id, name) overriding system value values (1, 13, 'c');
update sessions set topic_id = 13 where account_id = 1 and id = id(6);
select is(totals(), '1/11:93/3 1/13:0/0', 'a deleted session moves, and its row of the topic, too');
update sessions set topic_id = case topic_id when 11 then 13 else 11 end where account_id = 1 and id in (id(1), id(6));
select is(totals(), '1/11:62/2 1/13:31/1', 'two sessions change places');
delete from sessions where account_id = 1 and id = id(1);
select is(totals(), '1/11:62/2', 'the last session of a topic is deleted');
select lives_ok('delete from topics where account_id = 1 and id = 13', 'and then the topic');
delete from sessions where account_id = 1 and id <> id(6);
select is(totals(), '1/11:0/0', 'only a deleted session is left');
delete from sessions where account_id = 1;
select is(totals(), null, 'the last deleted session of a topic is deleted');
select totals_are_right('of deleted sessions');
rollback to before;

truncate sessions;
select is(totals(), null, 'TRUNCATE leaves no totals');
select totals_are_right('after TRUNCATE');
select * from finish();
rollback;
