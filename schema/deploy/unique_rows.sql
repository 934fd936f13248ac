-- Deploy studytracker:unique_rows to pg
-- requires: tags
-- requires: organizations
-- requires: skills

begin;

-- Without a condition on the key, so that "on conflict (account_id, path_key) where deleted_at is null"
-- finds it.
drop index projects_live_path;
create unique index projects_live_path on projects (account_id, path_key) where deleted_at is null;

-- The live row of a key. Volatile: see topic_of_key_now.

create function skill_of_key_now(account_id bigint, name_key text) returns setof skills
	language sql volatile strict rows 1
	begin atomic
		select s.*
		from skills as s
		where s.account_id = $1 and s.name_key = $2 and s.deleted_at is null
		limit 1;
	end;

create function organization_of_key_now(account_id bigint, name_key text) returns setof organizations
	language sql volatile strict rows 1
	begin atomic
		select o.*
		from organizations as o
		where o.account_id = $1 and o.name_key = $2 and o.deleted_at is null
		limit 1;
	end;

create function project_of_key_now(account_id bigint, path_key text) returns setof projects
	language sql volatile strict rows 1
	begin atomic
		select p.*
		from projects as p
		where p.account_id = $1 and p.path_key = $2 and p.deleted_at is null
		limit 1;
	end;

create function skill_project_of_key_now(account_id bigint, skill_id bigint, project_id bigint)
	returns setof skill_projects
	language sql volatile strict rows 1
	begin atomic
		select s.*
		from skill_projects as s
		where s.account_id = $1 and s.skill_id = $2 and s.project_id = $3 and s.deleted_at is null
		limit 1;
	end;

-- Holds the tag against deletion, because rows list the ids of their tags.
create function tag_of_key_now(account_id bigint, name_key text) returns setof tags
	language sql volatile strict rows 1
	begin atomic
		select t.*
		from tags as t
		where t.account_id = $1 and t.name_key = $2 and t.deleted_at is null
		limit 1
		for key share;
	end;

-- Ids in their order, each once.
create function distinct_ids(ids bigint[]) returns bigint[]
	language sql immutable strict parallel safe
	begin atomic
		select coalesce(array_agg(i.id order by i.place), '{}')
		from (
			select i.id, min(i.place) as place
			from unnest($1) with ordinality as i (id, place)
			group by i.id
		) as i;
	end;

create function distinct_ids(ids jsonb) returns bigint[]
	language sql immutable strict parallel safe
	return distinct_ids(array(select i.id::bigint from jsonb_array_elements_text(ids) as i (id)));

commit;
