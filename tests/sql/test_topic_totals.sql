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
select is(totals(), '1/11:93/3 2/21:7/1', 'a soft delete subtracts');
update sessions set deleted_at = null where account_id = 1 and id in (id(3), id(4));
select is(totals(), '1/11:193/4 1/12:5/1 2/21:7/1', 'a restore adds');
delete from sessions where account_id = 1 and id in (id(3), id(4)) or account_id = 2;
select is(totals(), '1/11:93/3', 'a delete subtracts');
select totals_are_right('after all statements');
select refuses('a topic with totals', '23503', 'delete from topics where account_id = 1 and id = 11');
select refuses(format('totals of %s minutes in %s sessions', minutes, sessions), '23514',
	format('insert into topic_totals values (1, 12, %s, %s)', minutes, sessions))
from (values (0, 0), (5, 0), (1, 2), (1441, 1)) as v (minutes, sessions);

-- topic_totals_differences finds every kind of wrong total and shows the right one.
savepoint before;
insert into sessions (account_id, id, topic_id, study_date, duration_minutes) values (2, id(9), 21, '2026-05-01', 7);
update topic_totals set minutes = minutes + 1 where topic_id = 11;
insert into topic_totals values (1, 12, 5, 1);
delete from topic_totals where topic_id = 21;
select results_eq('select * from topic_totals_differences()', $$values
	(1::bigint, 11::bigint, 94::bigint, 3::bigint, 93::bigint, 3::bigint),
	(1, 12, 5, 1, null, null),
	(2, 21, null, null, 7, 1)$$, 'finds wrong, surplus and missing totals');
rollback to before;

truncate sessions;
select is(totals(), null, 'TRUNCATE leaves no totals');
select totals_are_right('after TRUNCATE');
select * from finish();
rollback;
