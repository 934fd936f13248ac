-- Deploy studytracker:list_lookups to pg
-- requires: attendance
-- requires: tag_lists

begin;

-- As before, but the conditions of other indexes are not conditions of the scan. The planner expects few
-- rows "where deleted_at is null" in a table that it knows nothing about, and read all of another index
-- instead of the one of attendees or tags.

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
				select max(m.meeting_date) filter (where m.meeting_date <= d.today and m.deleted_at is null)
				from meetings as m
				where m.account_id + 0 = $1 and m.attendee_ids @> array[$2]
			))
		from account_today($1) as d (today);
	end;

create or replace function tag_count(account_id bigint, tag_id bigint, which text) returns integer
	language sql stable strict
	begin atomic
		select (count(*) filter (where tagged.deleted_at is null))::integer
		from (
			(
				select l.deleted_at
				from learnings as l
				where $3 = 'learning' and l.account_id + 0 = $1 and l.tag_ids @> array[$2]
				limit 10000
			)
			union all
			(
				select f.deleted_at
				from feedback as f
				where $3 = 'feedback' and f.account_id + 0 = $1 and f.tag_ids @> array[$2]
				limit 10000
			)
		) as tagged;
	end;

commit;
