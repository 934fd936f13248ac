-- Revert studytracker:attendances from pg

begin;

create or replace function person_last_met(account_id bigint, person_id bigint) returns date
	language sql stable strict
	begin atomic
		select coalesce(
			(
				select m.meeting_date
				from (
					select m.meeting_date, m.attendee_ids
					from meetings as m
					where m.account_id = $1 and m.meeting_date <= d.today and m.deleted_at is null
					order by m.meeting_date desc, m.id desc
					limit 50
				) as m
				where m.attendee_ids @> array[$2]
				order by m.meeting_date desc
				limit 1
			),
			(
				select max(m.meeting_date) filter (
					where m.account_id = $1 and m.meeting_date <= d.today and m.deleted_at is null)
				from meetings as m
				where m.attendee_ids @> array[$2]
			))
		from account_today($1) as d (today);
	end;

drop trigger keep_attendances on meetings;
drop trigger keep_changed_attendances on meetings;
drop function keep_attendances();
drop table attendances;

commit;
