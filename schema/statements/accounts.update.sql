-- As an admin. An account that becomes disabled is logged out everywhere.
with request as materialized (
	select r.*
	from unnest($1::int8[], $2::int8[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bool[], $8::text[],
			$9::int8[], $10::text[], $11::text[])
		with ordinality
		as r (actor_id, account_id, role, status, username, email, has_email, name, caller_scopes,
			caller_credential, caller_address, ord)
	order by r.account_id
),
held as materialized ( -- locked in key order
	select r.ord, r.actor_id, r.role as new_role, r.status as new_status, nfc(r.username) as new_username,
		nfc(r.email) as new_email, r.has_email, nfc(r.name) as new_name, r.caller_credential, r.caller_address, a.*
	{{>locked_account}}
),
account as materialized (
	select h.*, true as is_match,
		h.role <> coalesce(h.new_role, h.role) as has_new_role,
		h.status <> coalesce(h.new_status, h.status) as has_new_status,
		h.has_email or num_nonnulls(h.new_role, h.new_status, h.new_username, h.new_name) > 0 as has_changes,
		h.role = 'admin' and h.status = 'active' and (h.new_role <> 'admin' or h.new_status <> 'active')
			as is_leaving_admin
	from held as h
),
{{>taken_names}}
{{>last_admin}}
verdict as materialized (
	select w.ord, w.actor_id, w.caller_credential, w.caller_address, w.account_id, w.has_new_role, w.has_new_status,
		w.has_changes, w.role as old_role, w.status as old_status, w.time_zone, w.week_start, w.day_starts_at,
		w.created_at, w.updated_at,
		coalesce(w.new_role, w.role) as role, coalesce(w.new_status, w.status) as status,
		coalesce(w.new_username, w.username) as username, coalesce(w.new_name, w.name) as name,
		case when w.has_email then w.new_email else w.email end as email,
		case
			{{>refused_names}}
			when exists (select from last_admin as l where l.ord = w.ord) then 'LAST_ADMIN'
		end as outcome
	from name_check as w
),
changed as (
	insert into accounts as a (account_id, name, username, email, role, status)
	select v.account_id, v.name, v.username, v.email, v.role, v.status
	from verdict as v
	where v.outcome is null and v.has_changes
	order by v.account_id
	on conflict (account_id) do update
		set name = excluded.name, username = excluded.username, email = excluded.email, role = excluded.role,
			status = excluded.status, updated_at = next_update(a.updated_at)
	returning a.account_id, a.updated_at
),
ended as materialized (
	select v.ord, end_logins(v.account_id, 'status') as logins
	from verdict as v
	where v.outcome is null and v.has_new_status and v.status = 'disabled'
),
recorded as (
	insert into security_events (account_id, kind, credential, address, details)
	select v.account_id, c.kind, v.caller_credential, v.caller_address,
		jsonb_strip_nulls(jsonb_build_object(
			'from', c.old, 'to', c.new, 'by', v.actor_id, 'ended_logins', e.logins))
	from verdict as v
	cross join lateral (values
		('role_changed', v.has_new_role, v.old_role, v.role),
		('status_changed', v.has_new_status, v.old_status, v.status)) as c (kind, is_new, old, new)
	left join ended as e on e.ord = v.ord and c.kind = 'status_changed'
	where v.outcome is null and c.is_new
	order by v.ord
)
{{>changed_account}}
