-- A topic that has sessions stays.
{{<delete}}
{{$kept}}
when topic_has_sessions_now(e.account_id, e.id) then ( -- counts up to 1,000, which is cheap
	select case
			when c.sessions = 0 then 'TOPIC_HAS_SESSIONS'
			when c.sessions = 1 then 'TOPIC_HAS_SESSIONS: the topic has 1 session'
			when c.sessions > 1000 then 'TOPIC_HAS_SESSIONS: the topic has more than 1000 sessions'
			else format('TOPIC_HAS_SESSIONS: the topic has %s sessions', c.sessions)
		end
	from (
		select count(*) as sessions
		from (
			select
			from sessions as s
			where s.account_id = e.account_id and s.topic_id = e.id and s.deleted_at is null
			limit 1001
		) as s
	) as c)
{{/kept}}
{{/delete}}
