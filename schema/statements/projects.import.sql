-- Judges each item on its own. One that cannot become a project is skipped and told; one with the
-- remote_url of another project is skipped. An empty path or remote_url is none. A request with a
-- live idempotency key gets the stored response (`replay`).
with request as materialized (
	select r.ord, r.account_id, r.projects, r.idempotency_key,
		request_fingerprint(case
			when r.idempotency_key is not null then jsonb_build_array('projects.import', r.projects)
		end) as fingerprint
	from unnest($1::int8[], $2::jsonb[], $3::text[]) with ordinality
		as r (account_id, projects, idempotency_key, ord)
),
{{>replay}}
judged as materialized ( -- in the order of the accounts, which are locked
	select r.ord, r.account_id, j.place, j.item, j.error, j.is_imported
	from (
		select *
		from request as r
		where not exists (select from replay as k where k.ord = r.ord)
		order by r.account_id, r.ord
	) as r
	cross join lateral judge_projects(r.account_id, r.projects) as j
),
new_project as materialized ( -- ids ascend in the order of the items
	select j.ord, j.account_id, j.place, nextval('projects_id_seq') as id, p.name, nullif(p.path, '') as path,
		p.organization, nullif(p.classification, '') as classification,
		nullif(p.project_type, '') as project_type,
		coalesce(nullif(p.status, ''), 'active') as status, p.description, p.remote_url
	from (select * from judged as j where j.is_imported order by j.ord, j.place) as j
	cross join lateral jsonb_to_record(j.item) as p (name text, path text, organization text,
		classification text, project_type text, status text, description text, remote_url text)
),
created as ( -- ordered by the unique key, so that no two transactions wait for each other
	insert into projects (account_id, id, name, path, organization, classification, project_type, status,
		description, remote_url)
	overriding system value
	select p.account_id, p.id, p.name, p.path, p.organization, p.classification, p.project_type, p.status,
		p.description, p.remote_url
	from new_project as p
	order by p.account_id, path_key(p.path), p.id
	on conflict (account_id, path_key) where deleted_at is null do nothing
	returning id
),
verdict as materialized ( -- another transaction may have taken a path meanwhile
	select j.ord, j.place, coalesce(nullif(left(j.item ->> 'name', 1000), ''), 'Unknown') as name,
		c.id is not null as is_imported,
		case
			when j.is_imported and c.id is null then project_path_error()
			else j.error
		end as error
	from judged as j
	left join new_project as p on p.ord = j.ord and p.place = j.place
	left join created as c on c.id = p.id
),
response as materialized ( -- stored_key stores rows with an id
	select r.ord, null::text as outcome, r.account_id, r.idempotency_key, r.fingerprint, 0 as id,
		count(*) filter (where v.is_imported) as imported,
		count(*) filter (where not v.is_imported) as skipped,
		coalesce(jsonb_agg(jsonb_build_object('project', v.name, 'error', v.error) order by v.place)
			filter (where v.error is not null), '[]') as errors
	from request as r
	left join verdict as v on v.ord = r.ord
	where not exists (select from replay as k where k.ord = r.ord)
	group by r.ord, r.account_id, r.idempotency_key, r.fingerprint
),
{{>stored_key}}
select a.ord, a.outcome, a.imported, a.skipped, a.errors, false as replayed
from response as a
union all
select k.ord, case when not k.is_same then 'IDEMPOTENCY_KEY_REUSED' end, p.imported, p.skipped, p.errors, true
from replay as k
cross join lateral jsonb_to_record(case when k.is_same then k.answer end)
	as p (imported int8, skipped int8, errors jsonb)
order by ord
