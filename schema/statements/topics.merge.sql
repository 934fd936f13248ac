-- Moves the sessions of a topic to another one and deletes the topic. If it was merged into the
-- same topic before, that topic is returned again. Locks are taken in key order: first all topics,
-- then the sessions.
with request as materialized (
	select r.*
	from unnest($1::int8[], $2::int8[], $3::int8[], $4::text[], $5::text[]) with ordinality
		as r (account_id, topic_id, into_id, if_match, if_none_match, ord)
),
chain_check as materialized ( -- the merges of a chain run singly, in their order
	select r.ord, case
			when exists (
				select
				from request as other
				where other.account_id = r.account_id and other.into_id = r.topic_id and other.ord <> r.ord)
				then run_again('a topic is merged that another one is merged into')
		end
	from request as r
),
topic as materialized ( -- the merged topics are locked against everything, the others against deletion
	select k.account_id, k.id, coalesce(s.topic, t.topic) as topic
	from (
		select r.account_id, r.id, bool_or(r.is_source) as is_source
		from (
			select r.account_id, r.topic_id as id, true as is_source
			from request as r
			join chain_check using (ord)
			union all
			select r.account_id, r.into_id, false
			from request as r
		) as r
		group by r.account_id, r.id
		order by r.account_id, r.id
	) as k
	left join lateral (
		select t as topic
		from topics as t
		where k.is_source and t.account_id = k.account_id and t.id = k.id
		limit 1
		for update
	) as s on true
	left join lateral (
		select t as topic
		from topics as t
		where not k.is_source and t.account_id = k.account_id and t.id = k.id
		limit 1
		for key share
	) as t on true
),
verdict as materialized (
	select r.ord, r.account_id, r.topic_id, r.into_id, (s.topic).name, (s.topic).deleted_at is not null as is_done,
		case
			when r.topic_id = r.into_id then 'INVALID_INPUT into: a topic cannot be merged into itself'
			when not is_match(r.if_match, (s.topic).updated_at)
				or not is_none_match(r.if_none_match, (s.topic).updated_at) then 'PRECONDITION_FAILED'
			when (t.topic).id is null or (t.topic).deleted_at is not null
				then 'UNKNOWN_TOPIC into: into names no topic'
		end as outcome
	from request as r
	join topic as s on s.account_id = r.account_id and s.id = r.topic_id
	join topic as t on t.account_id = r.account_id and t.id = r.into_id
	where (s.topic).id is not null
		and ((s.topic).deleted_at is null or (s.topic).merged_into = r.into_id)
),
moved as materialized (
	select v.*, topic_move_sessions(v.account_id, v.topic_id, v.into_id) as sessions
	from (select v.* from verdict as v order by v.account_id, v.topic_id) as v
	where v.outcome is null and not v.is_done
),
merged as (
	insert into topics as t (account_id, id, name, deleted_at, merged_into)
	select m.account_id, m.topic_id, m.name, now(), m.into_id
	from moved as m
	order by m.account_id, m.topic_id
	on conflict (account_id, id) do update
		set deleted_at = excluded.deleted_at, merged_into = excluded.merged_into,
			updated_at = next_update(t.updated_at)
)
select v.ord, v.outcome, t.id, t.name, t.description, t.created_at, t.updated_at, t.archived_at
from verdict as v
left join moved as m on m.ord = v.ord
left join lateral topic_now(v.account_id, coalesce(m.into_id, v.into_id)) as t on v.outcome is null
order by v.ord
