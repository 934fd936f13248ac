-- A request with allow_namesake may take a name that another topic has. A new name decides anew
-- whether the topic is a namesake or made by a tag. The param `archived` sets a time.
{{<update}}
{{$params}}
from unnest($1::int8[], $2::int8[], $3::text[], $4::text[], $5::bool[], $6::bool[], $7::text[],
		$8::text[], $9::bool[])
	with ordinality
	as r (account_id, topic_id, name, description, has_description, archived, if_match,
		if_none_match, allow_namesake, ord)
{{/params}}
{{$or_changes}} or r.archived is not null{{/or_changes}}
{{$more_values}}
case
	when r.archived then coalesce(e.archived_at, now())
	when r.archived is null then e.archived_at
end as archived_at,
e.is_namesake, coalesce(r.allow_namesake, false) as allows_namesake,
e.made_by_tag and coalesce(nfc(r.name), e.name) = e.name as made_by_tag,
{{/more_values}}
{{$unique_row}}
{{>topic_of_name}}
{{/unique_row}}
{{$and_refused}} and not e.allows_namesake{{/and_refused}}
{{$taken}}NAME_TAKEN{{/taken}}
{{$more_columns}}
, e.archived_at, e.made_by_tag, case when e.is_new then e.is_taken else e.is_namesake end as is_namesake
{{/more_columns}}
{{$more_stored}}, archived_at, is_namesake, made_by_tag{{/more_stored}}
{{$more_new}}, l.archived_at, l.is_namesake, l.made_by_tag{{/more_new}}
{{$more_set}}
archived_at = excluded.archived_at, is_namesake = excluded.is_namesake,
made_by_tag = excluded.made_by_tag,
{{/more_set}}
{{$outcome}}{{>name_outcome}}{{/outcome}}
{{$details}}{{>name_details}}{{/details}}
{{/update}}
