-- Deploy studytracker:lists_alone to pg
-- requires: array_lookups
-- requires: list_lookups

begin;

-- Both changes together: the list of ids is the only condition of the scan. The account is one of
-- TABLE_search, and "deleted_at is null" is one of TABLE_live; a plan of a table that was never analysed
-- reads all of such an index. An id is of one account.

create or replace function tag_count(account_id bigint, tag_id bigint, which text) returns integer
	language sql stable strict
	begin atomic
		select (count(*) filter (where tagged.account_id = $1 and tagged.deleted_at is null))::integer
		from (
			(
				select l.account_id, l.deleted_at
				from learnings as l
				where $3 = 'learning' and l.tag_ids @> array[$2]
				limit 10000
			)
			union all
			(
				select f.account_id, f.deleted_at
				from feedback as f
				where $3 = 'feedback' and f.tag_ids @> array[$2]
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
				select max(m.meeting_date) filter (
					where m.account_id = $1 and m.meeting_date <= d.today and m.deleted_at is null)
				from meetings as m
				where m.attendee_ids @> array[$2]
			))
		from account_today($1) as d (today);
	end;

commit;
