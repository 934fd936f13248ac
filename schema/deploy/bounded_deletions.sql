-- Deploy studytracker:bounded_deletions to pg
-- requires: deletions
-- requires: action_sources

begin;

-- As before, but each rule finds its rows by one condition that fits one index only, and the rest is
-- compared afterwards ("offset 0" keeps it there). While a table was never analysed, a plan with all
-- conditions in one place reads all rows of the account.
--
-- A restored row with two parents needs the other one. All of those are held before any row is locked, as
-- in the statements. Otherwise restoring one parent and deleting the other could wait for each other.

-- Also finds rows by a source_id alone, of which there are at most two sources.
drop index action_items_source;
create index action_items_source on action_items (account_id, source_id, source_type, id)
	where source_id is not null;

create or replace function follow_rows(rule text[], followed followed_row[]) returns void
	language plpgsql as $$
declare
	source constant text := format(case rule[1]
		when 'remove' then 't.%1$I @> array[f.id]'
		else 't.account_id = f.account_id and t.%1$I >= f.id and t.%1$I <= f.id order by t.%1$I'
	end, case rule[1] when 'source' then 'source_id' else rule[3] end);
	condition constant text := format(case rule[1]
		when 'remove' then 't.account_id = f.account_id and t.%I @> array[f.id]'
		when 'source' then 't.account_id = f.account_id and t.source_type = %L and t.source_id = f.id'
		when 'delete' then 't.account_id = f.account_id and t.%I = f.id and t.deleted_at is null'
		when 'restore' then 't.account_id = f.account_id and t.%I = f.id and t.deleted_at = f.deleted_at'
		else 't.account_id = f.account_id and t.%I = f.id'
	end, rule[3]);
	change constant text := case
		when rule[1] = 'remove' then format('%1$I = follow_ids(t.%1$I, t.account_id, $1)', rule[3])
		when rule[1] = 'source' then 'source_type = null, source_id = null'
		when rule[1] = 'delete' then format('deleted_at = (
			select f.deleted_at from unnest($1) as f where f.account_id = t.account_id and f.id = t.%I)', rule[3])
		when rule[1] = 'restore' and rule[4] is not null then format('deleted_at = (
			select o.deleted_at from %I as o where o.account_id = t.account_id and o.id = t.%I)',
			rule[4], rule[5])
		when rule[1] = 'restore' then 'deleted_at = null'
		else format('%I = null', rule[3])
	end;
	found constant text := format('
		select t.*
		from unnest($1) as f
		cross join lateral (select t.* from %I as t where %s offset 0) as t
		where %s', rule[2], source, condition);
	locked tid[];
begin
	if rule[1] = 'restore' and rule[4] is not null then
		execute format('
			select count(o.id)
			from (select distinct t.account_id, t.%2$I as id from (%3$s) as t order by 1, 2) as k
			cross join lateral (
				select o.id
				from %1$I as o
				where o.account_id = k.account_id and o.id = k.id
				limit 1
				for key share
			) as o', rule[4], rule[5], found)
		using followed;
	end if;
	execute format('
		select array_agg(l.ctid)
		from (select distinct t.account_id, t.id from (%2$s) as t order by 1, 2) as k
		cross join lateral (
			select t.ctid
			from %1$I as t
			where t.account_id = k.account_id and t.id = k.id
			limit 1
			for no key update
		) as l', rule[2], found)
	into locked using followed;
	if locked is not null then -- the condition again: a row may have changed before it was locked
		execute format('
			update %I as t
			set %s, updated_at = next_update(t.updated_at)
			where t.ctid = any ($2) and exists (select from unnest($1) as f where %s offset 0)',
			rule[2], change, condition)
		using followed, locked;
	end if;
end
$$;

commit;
