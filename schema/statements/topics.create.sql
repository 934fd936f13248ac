-- Of several requests for one name the first makes the topic.
with request as materialized (
	select r.ord, r.account_id, r.name, r.description, text_key(r.name) as name_key,
		row_number() over (partition by r.account_id, text_key(r.name) order by r.ord) = 1 as is_first
	from unnest($1::int8[], $2::text[], $3::text[]) with ordinality
		as r (account_id, name, description, ord)
),
made as (
	insert into topics (account_id, name, description)
	select r.account_id, r.name, r.description
	from request as r
	where r.is_first and not exists ( -- an insert that meets a taken name would waste an id
		select
		from topics as t
		where t.account_id = r.account_id and t.name_key = r.name_key and t.deleted_at is null)
	order by r.account_id, r.name_key
	on conflict (account_id, name_key) where deleted_at is null do nothing
	returning *
)
select r.ord, case when t.id is null then 'NAME_TAKEN' end as outcome, t.id, t.name, t.description,
	t.created_at, t.updated_at, t.archived_at
from request as r
left join made as t on r.is_first and t.account_id = r.account_id and t.name_key = r.name_key
order by r.ord
