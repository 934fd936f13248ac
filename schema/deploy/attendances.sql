-- Deploy studytracker:attendances to pg
-- requires: lists_alone

begin;

-- Who attends which live meeting, by person and day, so that the last meeting with a person is one look
-- into an index. A trigger on meetings keeps it. Only a transaction that holds a meeting writes its rows,
-- so no two wait for each other.
create table attendances (
	account_id   bigint not null,
	person_id    bigint not null,
	meeting_date date not null,
	meeting_id   bigint not null,
	primary key (account_id, person_id, meeting_date, meeting_id)
);

create function keep_attendances() returns trigger
	language plpgsql as $$
begin
	if tg_op <> 'INSERT' and old.deleted_at is null then
		delete from attendances
		where ctid = any (array(
			select a.ctid
			from unnest(old.attendee_ids) as i (person_id)
			cross join lateral (
				select a.ctid
				from attendances as a
				where a.account_id = old.account_id and a.person_id = i.person_id
					and a.meeting_date = old.meeting_date and a.meeting_id = old.id
				limit 1
			) as a));
	end if;
	if tg_op <> 'DELETE' and new.deleted_at is null then
		insert into attendances (account_id, person_id, meeting_date, meeting_id)
		select distinct new.account_id, i.person_id, new.meeting_date, new.id
		from unnest(new.attendee_ids) as i (person_id);
	end if;
	return null;
end
$$;

create trigger keep_attendances after insert or delete on meetings
	for each row execute function keep_attendances();
create trigger keep_changed_attendances after update on meetings
	for each row when ((old.attendee_ids, old.meeting_date, old.deleted_at is null)
		is distinct from (new.attendee_ids, new.meeting_date, new.deleted_at is null))
	execute function keep_attendances();

-- What was there before. Nothing writes meanwhile: the triggers' locks exclude it.
insert into attendances (account_id, person_id, meeting_date, meeting_id)
select distinct m.account_id, i.person_id, m.meeting_date, m.id
from meetings as m
cross join lateral unnest(m.attendee_ids) as i (person_id)
where m.deleted_at is null;

-- The day of the latest meeting with that person, today at the latest.
create or replace function person_last_met(account_id bigint, person_id bigint) returns date
	language sql stable strict
	begin atomic
		select a.meeting_date
		from account_today($1) as d (today)
		cross join lateral (
			select a.meeting_date
			from attendances as a
			where a.account_id = $1 and a.person_id = $2 and a.meeting_date <= d.today
			order by a.meeting_date desc
			limit 1
		) as a;
	end;

commit;
