-- Deploy studytracker:new_tag_names to pg
-- requires: tag_lists

begin;

-- PostgreSQL inlined the call of tag_names, and so the function had no snapshot of its own. It cannot
-- inline a query.
create or replace function tag_names_now(account_id bigint, ids bigint[]) returns text[]
	language sql volatile strict
	begin atomic
		select coalesce(array_agg(t.name order by i.place), '{}')
		from unnest($2) with ordinality as i (id, place)
		cross join lateral (
			select * from tags as t where t.account_id = $1 and t.id = i.id limit 1) as t
		where t.deleted_at is null;
	end;

commit;
