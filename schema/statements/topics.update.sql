with request as materialized (
	select r.*, text_key(r.name) as name_key
	from unnest($1::int8[], $2::int8[], $3::text[], $4::text[], $5::bool[], $6::bool[], $7::text[])
		with ordinality
		as r (account_id, topic_id, name, description, has_description, archived, if_match, ord)
	order by r.account_id, r.topic_id
),
topic as materialized ( -- locked, in key order; as it is and as it is wanted
	select r.ord, r.has_description or r.name is not null or r.archived is not null as is_named,
		is_match(r.if_match, t.updated_at) as is_match, t.account_id, t.id, t.created_at, t.updated_at,
		coalesce(r.name, t.name) as name,
		case when r.has_description then r.description else t.description end as description,
		case
			when r.archived then coalesce(t.archived_at, now())
			when r.archived is null then t.archived_at
		end as archived_at,
		nullif(r.name_key, t.name_key) as new_key
	from request as r
	cross join lateral (
		select *
		from topics as t
		where t.account_id = r.account_id and t.id = r.topic_id and t.deleted_at is null
		limit 1
		for no key update
	) as t
),
verdict as materialized ( -- of several that want one name the first gets it
	select w.*,
		case
			when not w.is_match then 'PRECONDITION_FAILED'
			when w.new_key is not null and (
				row_number() over (partition by w.account_id, w.new_key, w.is_match order by w.ord) > 1
				or exists (
					select
					from topics as t
					where t.account_id = w.account_id and t.name_key = w.new_key
						and t.deleted_at is null))
				then 'NAME_TAKEN'
		end as outcome
	from topic as w
),
changed as (
	update topics as t
	set name = v.name, description = v.description, archived_at = v.archived_at,
		updated_at = next_update(v.updated_at)
	from verdict as v
	where t.account_id = v.account_id and t.id = v.id and v.outcome is null and v.is_named
	returning v.ord, t.updated_at
)
select v.ord, v.outcome, v.id, v.name, v.description, v.created_at,
	coalesce(c.updated_at, v.updated_at) as updated_at, v.archived_at
from verdict as v
left join changed as c on c.ord = v.ord
order by v.ord
