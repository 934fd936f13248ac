-- Deploy studytracker:login_limit to pg
-- requires: credentials
-- requires: short_locks
--
-- An account has a bounded number of live log-ins, so that what ends all of them is bounded, too.
-- No transaction around the file: see docs/migrations.md.

call with_short_locks($$
	alter table logins
		drop constraint if exists logins_ended_by_check,
		add constraint logins_ended_by_check
			check (ended_by in ('logout', 'reuse', 'password', 'status', 'limit')) not valid
	$$);
alter table logins validate constraint logins_ended_by_check;

-- Ends the oldest live log-ins of an account but for the newest `kept`, at most 100 of them, and
-- returns how many. It also sees those that were stored after the statement began. Ids are UUIDs of
-- version 7, whose order is that of time. It locks the log-ins in the order of their ids.
create or replace function end_oldest_logins(account_id bigint, kept bigint) returns bigint
	language sql volatile strict
	begin atomic
		with beyond as materialized (
			select l.id
			from logins as l
			where l.account_id = $1 and l.ended_at is null
			order by l.id desc
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
			returning l.id
		)
		select count(*) from ended;
	end;
