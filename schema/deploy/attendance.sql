-- Deploy studytracker:attendance to pg
-- requires: account_clock
-- requires: meetings

begin;

-- People as a meeting shows them, in the order of the ids.
create function people_of(account_id bigint, ids bigint[]) returns jsonb
	language sql stable strict
	begin atomic
		select coalesce(jsonb_agg(
				jsonb_build_object('id', p.id, 'name', p.name, 'role', p.role) order by i.place), '[]')
		from unnest($2) with ordinality as i (id, place)
		cross join lateral (
			select * from people as p where p.account_id = $1 and p.id = i.id limit 1) as p
		where p.deleted_at is null;
	end;

-- The day of the latest meeting with that person, today at the latest. Most people were met lately, so
-- the last 50 meetings are looked at first; the index of attendees gives all meetings of a person.
create function person_last_met(account_id bigint, person_id bigint) returns date
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
				select max(m.meeting_date)
				from meetings as m
				where m.account_id + 0 = $1 and m.attendee_ids @> array[$2] and m.meeting_date <= d.today
					and m.deleted_at is null
			))
		from account_today($1) as d (today);
	end;

commit;
