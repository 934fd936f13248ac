-- A request with allow_namesake may restore a topic whose name another one has. A restore ends a
-- merge. With with_sessions it restores all deleted sessions of the topic.
{{<restore}}
{{$more_printed}}, coalesce(r.allow_namesake, false), coalesce(r.with_sessions, false){{/more_printed}}
{{$params}}
from unnest($1::int8[], $2::int8[], $3::bool[], $4::bool[], $5::text[], $6::text[], $7::text[])
	with ordinality
	as r (account_id, topic_id, allow_namesake, with_sessions, idempotency_key, if_match,
		if_none_match, ord)
{{/params}}
{{$more_params}}coalesce(r.allow_namesake, false) as allows_namesake, r.with_sessions, {{/more_params}}
{{$unique_row}}
{{>topic_of_name}}
{{/unique_row}}
{{$and_refused}} and not e.allows_namesake{{/and_refused}}
{{$taken}}NAME_TAKEN{{/taken}}
{{$more_stored}}, is_namesake{{/more_stored}}
{{$more_new}}, l.is_taken{{/more_new}}
{{$more_set}}, merged_into = null, is_namesake = excluded.is_namesake, made_by_tag = false{{/more_set}}
{{$more_steps}}
with_sessions as materialized (
	select v.ord, topic_restore_sessions(v.account_id, v.id) as sessions
	from (
		select v.*
		from verdict as v
		left join restored as t on t.account_id = v.account_id and t.id = v.id
		where v.outcome is null and v.with_sessions
		order by v.account_id, v.id
	) as v
),
{{/more_steps}}
{{$more_joins}}
left join with_sessions as s on s.ord = e.ord
{{/more_joins}}
{{$outcome}}{{>name_outcome}}{{/outcome}}
{{$details}}{{>name_details}}{{/details}}
{{$no_details}}null, null{{/no_details}}
{{/restore}}
