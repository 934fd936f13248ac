closed as materialized (
	select v.ord, close_account(v.account_id) as ended_logins
	from verdict as v
	where v.outcome is null
),
recorded as ( -- not with the account, whose events are deleted with it
	insert into security_events (account_id, kind, credential, address, details)
	select case when v.actor_id = v.account_id then 0 else v.actor_id end, 'account_deleted', v.caller_credential,
		v.caller_address,
		jsonb_build_object('account_id', v.account_id, 'by', v.actor_id, 'ended_logins', c.ended_logins)
	from verdict as v
	join closed as c on c.ord = v.ord
	order by v.ord
)
