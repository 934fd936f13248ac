-- attendances has each attendee of each live meeting, whatever happens to meetings and people.
begin;
select no_plan();

insert into people (account_id, id, name) select a, n, 'person ' || n from generate_series(1, 2) as a, generate_series(1, 20) as n;

create function pg_temp.expect_right(what text) returns setof text
	language plpgsql as $$
begin
	return next set_eq('select account_id, person_id, meeting_date, meeting_id from attendances',
		'select distinct m.account_id, i.person_id, m.meeting_date, m.id as meeting_id from meetings as m cross join lateral unnest(m.attendee_ids) as i (person_id) where m.deleted_at is null',
		what || ': the attendances are those of the live meetings');
end
$$;

-- Each change of a row, and how many attendances there are then.
create temp table changes (n bigint generated always as identity, what text, change text, attendances int);
insert into changes (what, change, attendances) values
	('new meetings', $$insert into meetings (account_id, id, title, meeting_date, attendee_ids) select a, n, 'm', '2026-01-01', array[1, n + 1]
		from generate_series(1, 2) as a, generate_series(1, 3) as n$$, 12),
	('a person twice', $$insert into meetings (account_id, id, title, meeting_date, attendee_ids) values (1, 4, 'm', '2026-01-02', '{5,5}')$$, 13),
	('a deleted one from the start', $$insert into meetings (account_id, id, title, meeting_date, attendee_ids, deleted_at) values (1, 5, 'm', '2026-01-02', '{5}', now())$$, 13),
	('another title', $$update meetings set title = 'n'$$, 13),
	('another day', $$update meetings set meeting_date = '2026-02-02' where id in (1, 5)$$, 13),
	('other attendees', $$update meetings set attendee_ids = '{7,8,9}' where account_id = 1 and id in (2, 5)$$, 14),
	('other attendees and another day', $$update meetings set attendee_ids = '{7}', meeting_date = '2026-03-03' where account_id = 1 and id = 2$$, 12),
	('a deleted meeting', 'update meetings set deleted_at = now() where account_id = 2 and id = 3', 10),
	('one that changes while it is deleted', $$update meetings set attendee_ids = '{1,2,3}' where account_id = 2 and id = 3$$, 10),
	('one that is restored', 'update meetings set deleted_at = null where account_id = 2 and id = 3', 13),
	('a deleted person', 'update people set deleted_at = now() where account_id = 2 and id = 1', 10),
	('a row that is gone', 'delete from meetings where account_id = 1 and id = 1', 8);
create function pg_temp.expect(c changes) returns setof text
	language plpgsql as $$
begin
	execute c.change;
	return query select pg_temp.expect_right(c.what);
	return next is((select count(*) from attendances)::int, c.attendances, c.what || ': how many there are');
end
$$;
select pg_temp.expect(c) from (select * from changes order by n) as c;
select * from finish();
rollback;
