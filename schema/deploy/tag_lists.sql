-- Deploy studytracker:tag_lists to pg
-- requires: learnings
-- requires: feedback

begin;

-- The names of tags, in the order of the ids.
create function tag_names(account_id bigint, ids bigint[]) returns text[]
	language sql stable strict
	begin atomic
		select coalesce(array_agg(t.name order by i.place), '{}')
		from unnest($2) with ordinality as i (id, place)
		cross join lateral (
			select * from tags as t where t.account_id = $1 and t.id = i.id limit 1) as t
		where t.deleted_at is null;
	end;

-- The same, but volatile: it sees tags that the calling statement inserted (see session_now).
create function tag_names_now(account_id bigint, ids bigint[]) returns text[]
	language sql volatile strict
	begin atomic
		select tag_names($1, $2);
	end;

-- How many live learnings ('learning') or feedback ('feedback') have the tag: at most 10,000 are counted.
create function tag_count(account_id bigint, tag_id bigint, which text) returns integer
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

commit;
