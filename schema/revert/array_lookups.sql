-- Revert studytracker:array_lookups from pg

begin;

create or replace function tag_count(account_id bigint, tag_id bigint, which text) returns integer
	language sql stable strict
	begin atomic
		select count(*)::integer
		from (
			(
				select
				from learnings as l
				where $3 = 'learning' and l.account_id + 0 = $1 and l.tag_ids @> array[$2]
					and l.deleted_at is null
				limit 10000
			)
			union all
			(
				select
				from feedback as f
				where $3 = 'feedback' and f.account_id + 0 = $1 and f.tag_ids @> array[$2]
					and f.deleted_at is null
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
				where m.account_id + 0 = $1 and m.attendee_ids @> array[$2] and m.meeting_date <= d.today
					and m.deleted_at is null
			))
		from account_today($1) as d (today);
	end;

create or replace function tag_names_now(account_id bigint, ids bigint[]) returns text[]
	language sql volatile strict
	begin atomic
		select tag_names($1, $2);
	end;

commit;
