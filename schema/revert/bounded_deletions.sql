-- Revert studytracker:bounded_deletions from pg

begin;

drop index action_items_source;
create index action_items_source on action_items (account_id, source_type, source_id, id)
	where source_id is not null;

create or replace function follow_rows(rule text[], followed followed_row[]) returns void
	language plpgsql as $$
declare
	condition constant text := format(case rule[1]
		when 'remove' then 't.account_id + 0 = f.account_id and t.%I @> array[f.id]'
		when 'source' then 't.account_id = f.account_id and t.source_type = %L and t.source_id = f.id'
		when 'delete' then 't.account_id = f.account_id and t.%I = f.id and t.deleted_at is null'
		when 'restore' then 't.account_id = f.account_id and t.%I = f.id and t.deleted_at = f.deleted_at'
		else 't.account_id = f.account_id and t.%I = f.id'
	end, rule[3]);
	change constant text := case
		when rule[1] = 'remove' then format('%1$I = follow_ids(t.%1$I, t.account_id, $1)', rule[3])
		when rule[1] = 'source' then 'source_type = null, source_id = null'
		when rule[1] = 'delete' then 'deleted_at = f.deleted_at'
		when rule[1] = 'restore' and rule[4] is not null then format('deleted_at = (
			select o.deleted_at from %I as o where o.account_id = t.account_id and o.id = t.%I for key share)',
			rule[4], rule[5])
		when rule[1] = 'restore' then 'deleted_at = null'
		else format('%I = null', rule[3])
	end;
	locked tid[];
begin
	execute format('
		select array_agg(l.ctid)
		from (
			select l.ctid
			from (
				select distinct t.account_id, t.id
				from unnest($1) as f
				cross join lateral (select t.account_id, t.id from %1$I as t where %2$s) as t
				order by t.account_id, t.id
			) as k
			cross join lateral (
				select t.ctid
				from %1$I as t
				where t.account_id = k.account_id and t.id = k.id
				limit 1
				for no key update
			) as l
		) as l', rule[2], condition)
	into locked using followed;
	if locked is not null then -- the condition again: a row may have changed before it was locked
		execute format('
			update %I as t
			set %s, updated_at = next_update(t.updated_at)
			from unnest($1) as f
			where t.ctid = any ($2) and %s', rule[2], change, condition)
		using followed, locked;
	end if;
end
$$;

commit;
