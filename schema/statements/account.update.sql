with request as materialized (
	select r.*
	from unnest($1::int8[], $2::text[], $3::text[], $4::bool[], $5::int8[], $6::time[], $7::text[],
			$8::text[], $9::text[], $10::text[], $11::bool[])
		with ordinality
		as r (account_id, name, time_zone, has_time_zone, week_start, day_starts_at, if_match, if_none_match,
			username, email, has_email, ord)
	order by r.account_id
),
account as materialized ( -- locked in key order, with its new values
	select r.ord, is_match(r.if_match, a.updated_at) and is_none_match(r.if_none_match, a.updated_at) as is_match,
		a.account_id, a.role, a.status, a.created_at, a.updated_at,
		r.has_time_zone or r.has_email or num_nonnulls(r.name, r.username, r.week_start, r.day_starts_at) > 0
			as has_changes,
		r.has_time_zone and r.time_zone is not null as has_new_zone,
		nfc(r.username) as new_username, nfc(r.email) as new_email,
		coalesce(nfc(r.name), a.name) as name,
		coalesce(nfc(r.username), a.username) as username,
		case when r.has_email then nfc(r.email) else a.email end as email,
		case when r.has_time_zone then r.time_zone else a.time_zone end as time_zone,
		coalesce(r.week_start, a.week_start)::smallint as week_start,
		coalesce(r.day_starts_at, a.day_starts_at) as day_starts_at
	{{>locked_account}}
),
{{>taken_names}}
verdict as materialized (
	select w.*,
		case
			when not w.is_match then 'PRECONDITION_FAILED'
			{{>refused_names}}
			when w.has_new_zone and not is_time_zone(w.time_zone) then 'UNKNOWN_TIME_ZONE'
		end as outcome
	from name_check as w
),
changed as (
	insert into accounts as a (account_id, name, username, email, time_zone, week_start, day_starts_at)
	select v.account_id, v.name, v.username, v.email, v.time_zone, v.week_start, v.day_starts_at
	from verdict as v
	where v.outcome is null and v.has_changes
	order by v.account_id
	on conflict (account_id) do update
		set name = excluded.name, username = excluded.username, email = excluded.email,
			time_zone = excluded.time_zone, week_start = excluded.week_start,
			day_starts_at = excluded.day_starts_at, updated_at = next_update(a.updated_at)
	returning a.account_id, a.updated_at
)
{{>changed_account}}
