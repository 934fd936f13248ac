-- Deploy studytracker:goal_progress to pg
-- requires: account_clock
-- requires: goals
-- requires: daily_totals

begin;

-- The milestones of a goal as its response shows them: the first 200.
create function goal_milestones(account_id bigint, goal_id bigint) returns jsonb
	language sql stable strict
	begin atomic
		select coalesce(jsonb_agg(
				jsonb_build_object('id', m.id, 'description', m.description, 'target_date', m.target_date,
					'completed', m.completed, 'completed_at', instant_text(m.completed_at))
				order by m.id), '[]')
		from (
			select *
			from milestones as m
			where m.account_id = $1 and m.goal_id = $2 and m.deleted_at is null
			order by m.id
			limit 200
		) as m;
	end;

-- How many milestones a goal has that are completed or not; null: all. At most 10,000 are counted.
create function goal_milestone_count(account_id bigint, goal_id bigint, completed boolean)
	returns integer
	language sql stable
	begin atomic
		select count(*)::integer
		from (
			select
			from milestones as m
			where m.account_id = $1 and m.goal_id = $2 and m.deleted_at is null
				and ($3 is null or m.completed = $3)
			limit 10000
		) as m;
	end;

-- The minutes studied on these topics in the account's week. Null without topics.
create function goal_minutes_this_week(account_id bigint, topic_ids bigint[]) returns integer
	language sql stable strict
	begin atomic
		select case when $2 <> '{}' then coalesce(sum(t.minutes), 0)::integer end
		from account_today($1) as d (today)
		cross join generate_series(0, 6) as n
		left join lateral (
			select t.minutes
			from daily_totals as t
			where t.account_id = $1 and t.study_date = account_week($1, d.today) + n
				and t.topic_id = any ($2)
		) as t on true;
	end;

-- Whether a goal may not get that parent: the parent is the goal itself or below it. Whoever sets a
-- parent_goal_id asks this before it locks goals, and so excludes others of the account who do the
-- same until the transaction ends; otherwise two changes at once could close a circle. More than 1,000
-- levels are too many: true.
create function goal_is_at_or_below(account_id bigint, parent_goal_id bigint, goal_id bigint)
	returns boolean
	language plpgsql volatile strict
as $$
declare
	above bigint := parent_goal_id;
begin
	perform pg_advisory_xact_lock(hashtextextended('goals', account_id));
	for level in 1 .. 1000 loop
		if above = goal_id then
			return true;
		end if;
		select g.parent_goal_id into above
		from goals as g
		where g.account_id = goal_is_at_or_below.account_id and g.id = above;
		if above is null then
			return false;
		end if;
	end loop;
	return true;
end
$$;

commit;
