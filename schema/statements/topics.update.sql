-- Not generated: the template knows only values that are unique and columns that have a param. Here
-- a name that is taken is refused unless the request allows a namesake, the refusal tells whether
-- the other topic is archived, a rename decides anew whether the topic is a namesake or made by a
-- tag, and the param `archived` sets a time. Locks and preconditions are those of the template.
with request as materialized (
	select r.ord, r.account_id, r.topic_id, nfc(r.name) as name, text_key(r.name) as name_key,
		r.description, r.has_description, r.archived, r.if_match, r.if_none_match, r.allow_namesake
	from unnest($1::int8[], $2::int8[], $3::text[], $4::text[], $5::bool[], $6::bool[], $7::text[],
			$8::text[], $9::bool[])
		with ordinality
		as r (account_id, topic_id, name, description, has_description, archived, if_match,
			if_none_match, allow_namesake, ord)
	order by r.account_id, r.topic_id
),
locked as materialized ( -- in key order, with the new values
	select r.ord, r.has_description or r.name is not null or r.archived is not null as has_changes,
		coalesce(r.allow_namesake, false) as allows_namesake,
		e.account_id, e.id, e.created_at, e.updated_at, e.is_namesake,
		e.made_by_tag and coalesce(r.name, e.name) = e.name as made_by_tag,
		coalesce(r.name, e.name) as name,
		case when r.has_description then r.description else e.description end as description,
		case
			when r.archived then coalesce(e.archived_at, now())
			when r.archived is null then e.archived_at
		end as archived_at,
		nullif(r.name_key, e.name_key) as new_key,
		case
			{{>preconditions}}
		end as refusal
	from request as r
	{{>lock_row}}
	where e.deleted_at is null
),
name_check as materialized ( -- of several requests with the same new name, the first gets it
	select w.*, w.new_key is not null and (
			row_number() over (partition by w.account_id, w.new_key, w.refusal is null order by w.ord) > 1
			or exists (
				select
				from topics as t
				where t.account_id + 0 = w.account_id and t.name_key = w.new_key and t.deleted_at is null
				offset 0))
		as is_taken
	from locked as w
),
{{>name_verdict}}
changed as ( -- in the order of the names: otherwise two renames could deadlock
	insert into topics as t (account_id, id, name, description, archived_at, is_namesake, made_by_tag)
	select v.account_id, v.id, v.name, v.description, v.archived_at,
		case when v.new_key is null then v.is_namesake else v.is_taken end, v.made_by_tag
	from verdict as v
	where v.outcome is null and v.has_changes
	order by v.account_id, v.new_key, v.id
	on conflict (account_id, id) do update
		set name = excluded.name, description = excluded.description,
			archived_at = excluded.archived_at, is_namesake = excluded.is_namesake,
			made_by_tag = excluded.made_by_tag, updated_at = next_update(t.updated_at)
	returning t.account_id, t.id, t.updated_at
)
select a.ord,
	{{>name_outcome}}
	a.id, a.name, a.description, a.created_at, coalesce(c.updated_at, a.updated_at) as updated_at,
	a.archived_at,
	{{>name_details}}
from verdict as a
left join changed as c on c.account_id = a.account_id and c.id = a.id
left join lateral topic_of_key_now(
	a.account_id, case when a.outcome = 'NAME_TAKEN' then a.new_key end) as t on true
order by a.ord
