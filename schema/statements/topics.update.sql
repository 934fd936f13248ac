-- Not generated, because of namesakes: a name that is taken is refused unless the request allows a
-- namesake, the refusal tells whether the other topic is archived, and a rename decides anew
-- whether the topic is a namesake or made by a tag. The template knows only values that are
-- unique.
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
topic as materialized ( -- locked in key order, with its new values
	select r.ord, r.has_description or r.name is not null or r.archived is not null as has_changes,
		is_match(r.if_match, t.updated_at) and is_none_match(r.if_none_match, t.updated_at) as is_match,
		coalesce(r.allow_namesake, false) as allows_namesake,
		t.account_id, t.id, t.created_at, t.updated_at, t.is_namesake,
		t.made_by_tag and coalesce(r.name, t.name) = t.name as made_by_tag,
		coalesce(r.name, t.name) as name,
		case when r.has_description then r.description else t.description end as description,
		case
			when r.archived then coalesce(t.archived_at, now())
			when r.archived is null then t.archived_at
		end as archived_at,
		nullif(r.name_key, t.name_key) as new_key
	from request as r
	cross join lateral ( -- by the primary key: no other index fits without a condition on deleted_at
		select *
		from topics as t
		where t.account_id = r.account_id and t.id = r.topic_id
		limit 1
		for no key update
	) as t
	where t.deleted_at is null
),
name_check as materialized ( -- of several requests with the same new name, the first gets it
	select w.*, w.new_key is not null and (
			row_number() over (partition by w.account_id, w.new_key, w.is_match order by w.ord) > 1
			or exists (
				select
				from topics as t
				where t.account_id + 0 = w.account_id and t.name_key = w.new_key and t.deleted_at is null
				offset 0))
		as is_taken
	from topic as w
),
verdict as materialized (
	select w.*,
		case
			when not w.is_match then 'PRECONDITION_FAILED'
			when w.is_taken and not w.allows_namesake then 'NAME_TAKEN'
		end as outcome
	from name_check as w
),
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
select v.ord,
	case
		when v.outcome = 'NAME_TAKEN' and t.archived_at is not null
			then format('NAME_TAKEN: an archived topic has this name: its id is %s', t.id)
		else v.outcome
	end as outcome,
	v.id, v.name, v.description, v.created_at, coalesce(c.updated_at, v.updated_at) as updated_at,
	v.archived_at, t.id as "details.topic_id", case when t.id is not null then t.archived_at is not null end as "details.archived"
from verdict as v
left join changed as c on c.account_id = v.account_id and c.id = v.id
left join lateral topic_of_key_now(
	v.account_id, case when v.outcome = 'NAME_TAKEN' then v.new_key end) as t on true
order by v.ord
