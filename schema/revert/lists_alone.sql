-- Revert studytracker:lists_alone from pg

begin;

create or replace function tag_count(account_id bigint, tag_id bigint, which text) returns integer
	language sql stable strict
	begin atomic
		select count(*)::integer
		from (
			(
				select
				from learnings as l
				where $3 = 'learning' and l.tag_ids @> array[$2] and l.deleted_at is null
				limit 10000
			)
			union all
			(
				select
				from feedback as f
				where $3 = 'feedback' and f.tag_ids @> array[$2] and f.deleted_at is null
				limit 10000
			)
		) as tagged;
	end;

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
				select max(m.meeting_date)
				from meetings as m
				where m.attendee_ids @> array[$2] and m.meeting_date <= d.today and m.deleted_at is null
			))
		from account_today($1) as d (today);
	end;

commit;
