-- Deploy studytracker:live_logins to pg
-- requires: login_limit

begin;

-- As before, but log-ins that have expired end first, and are not counted: nobody can use them. They end, so
-- that an account has few that have not ended, and this reads few.
create or replace function end_oldest_logins(account_id bigint, kept bigint) returns bigint
	language sql volatile strict
	begin atomic
		with beyond as materialized (
			select l.id
			from logins as l
			where l.account_id = $1 and l.ended_at is null
			order by l.expires_at > now() desc, l.id desc
			offset greatest($2, 0)
			limit 100
		),
		oldest as materialized (
			select l.*
			from (select b.id from beyond as b order by b.id) as n
			cross join lateral (
				select *
				from logins as l
				where l.account_id = $1 and l.id = n.id and l.ended_at is null
				limit 1
				for no key update
			) as l
		),
		ended as (
			insert into logins as l (account_id, id, kind, refresh_id, session_hash, lifetime_s, expires_at)
			select o.account_id, o.id, o.kind, o.refresh_id, o.session_hash, o.lifetime_s, o.expires_at
			from oldest as o
			on conflict (account_id, id) do update set ended_at = now(), ended_by = 'limit'
			returning l.expires_at
		)
		select count(*) from ended as e where e.expires_at > now();
	end;

-- As before, but log-ins that have expired are not counted. They end, too: a refresh that began before may
-- make one live again.
create or replace function end_logins(account_id bigint, reason text) returns bigint
	language sql volatile strict
	begin atomic
		with live as materialized (
			select l.*
			from logins as l
			where l.account_id = $1 and l.ended_at is null
			order by l.id
			for no key update
		),
		ended as (
			insert into logins as l (account_id, id, kind, refresh_id, session_hash, lifetime_s, expires_at)
			select v.account_id, v.id, v.kind, v.refresh_id, v.session_hash, v.lifetime_s, v.expires_at
			from live as v
			on conflict (account_id, id) do update set ended_at = now(), ended_by = $2
			returning l.expires_at
		)
		select count(*) from ended as e where e.expires_at > now();
	end;

commit;
