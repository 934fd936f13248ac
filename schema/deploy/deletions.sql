-- Deploy studytracker:deletions to pg
-- requires: unique_rows
-- requires: tasks
-- requires: learnings
-- requires: feedback

begin;

-- What happens to the rows that refer to a row when it is deleted or restored. Each table that others
-- refer to has a trigger whose arguments are the rules:
--
--   clear TABLE COLUMN       the link becomes null
--   remove TABLE COLUMN      the id is taken out of a list of ids; the id of a merged topic is replaced
--   source TABLE TYPE        the source of an action item becomes null
--   delete TABLE COLUMN      the row is deleted, too, with the same deleted_at, and restored with it.
--     [OTHER COLUMN]         If its other parent is deleted meanwhile, it waits for that one
--
-- Deleted rows lose their links, too. Each change is a new version of the row.
--
-- Who deletes a row has it locked FOR UPDATE, and who writes a link holds the row FOR KEY SHARE. So all
-- links to the row can be seen when the trigger runs. It locks rows in key order, one table after another.

-- A row that was deleted or restored. into_id: the topic that it was merged into.
create type followed_row as (account_id bigint, id bigint, deleted_at timestamptz, into_id bigint);

-- The list without the ids of these rows, or with those they were merged into.
create function follow_ids(ids bigint[], account_id bigint, followed followed_row[]) returns bigint[]
	language sql immutable
	begin atomic
		select distinct_ids(array_remove(array(
			select case when f.id is null then i.id else f.into_id end
			from unnest($1) with ordinality as i (id, place)
			left join unnest($3) as f on f.account_id = $2 and f.id = i.id
			order by i.place), null));
	end;

-- Applies a rule, split into words, to the rows of its table. These statements are planned whenever they
-- run, so they never use a plan that was made while a table was empty.
create function follow_rows(rule text[], followed followed_row[]) returns void
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

create function follow_deletions() returns trigger
	language plpgsql as $$
declare
	deleted followed_row[];
	restored followed_row[];
	rule text;
begin
	perform from new_rows as n where n.deleted_at is not null limit 1;
	if not found then
		perform from old_rows as o where o.deleted_at is not null limit 1;
		if not found then
			return null;
		end if;
	end if;
	select array_agg((n.account_id, n.id, n.deleted_at, (to_jsonb(n) ->> 'merged_into')::bigint)::followed_row)
			filter (where n.deleted_at is not null),
		array_agg((n.account_id, n.id, o.deleted_at, null)::followed_row) filter (where n.deleted_at is null)
	into deleted, restored
	from old_rows as o
	join new_rows as n on n.account_id = o.account_id and n.id = o.id
	where (o.deleted_at is null) <> (n.deleted_at is null);
	foreach rule in array tg_argv loop
		if deleted is not null then
			perform follow_rows(string_to_array(rule, ' '), deleted);
		end if;
		if restored is not null and rule like 'delete %' then
			perform follow_rows(string_to_array(replace(rule, 'delete', 'restore'), ' '), restored);
		end if;
	end loop;
	return null;
end
$$;

create trigger follow_deletions after update on organizations
	referencing old table as old_rows new table as new_rows
	for each statement execute function follow_deletions(
		'clear people organization_id', 'clear meetings organization_id', 'clear tasks organization_id');
create trigger follow_deletions after update on projects
	referencing old table as old_rows new table as new_rows
	for each statement execute function follow_deletions('clear goals project_id',
		'delete skill_projects project_id skills skill_id', 'clear learnings project_id',
		'clear tasks project_id');
create trigger follow_deletions after update on topics
	referencing old table as old_rows new table as new_rows
	for each statement execute function follow_deletions('remove goals topic_ids');
create trigger follow_deletions after update on people
	referencing old table as old_rows new table as new_rows
	for each statement execute function follow_deletions(
		'remove meetings attendee_ids', 'clear feedback from_person_id');
create trigger follow_deletions after update on goals
	referencing old table as old_rows new table as new_rows
	for each statement execute function follow_deletions(
		'clear goals parent_goal_id', 'delete milestones goal_id', 'clear tasks goal_id');
create trigger follow_deletions after update on meetings
	referencing old table as old_rows new table as new_rows
	for each statement execute function follow_deletions(
		'clear learnings meeting_id', 'source action_items meeting');
create trigger follow_deletions after update on skills
	referencing old table as old_rows new table as new_rows
	for each statement execute function follow_deletions(
		'delete skill_progress skill_id', 'delete skill_projects skill_id projects project_id');
create trigger follow_deletions after update on tags
	referencing old table as old_rows new table as new_rows
	for each statement execute function follow_deletions(
		'remove learnings tag_ids', 'remove feedback tag_ids');
create trigger follow_deletions after update on feedback
	referencing old table as old_rows new table as new_rows
	for each statement execute function follow_deletions('source action_items feedback');

commit;
