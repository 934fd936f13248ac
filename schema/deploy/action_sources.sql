-- Deploy studytracker:action_sources to pg
-- requires: account_clock
-- requires: feedback
-- requires: meetings

begin;

-- The action items of feedback or of a meeting as its response shows them: the first 100.
create function actions_of(account_id bigint, source_type text, source_id bigint) returns jsonb
	language sql stable strict
	begin atomic
		select coalesce(jsonb_agg(
				jsonb_build_object('id', a.id, 'description', a.description, 'due_date', a.due_date,
					'status', a.status, 'priority', a.priority, 'completed_at', instant_text(a.completed_at))
				order by a.id), '[]')
		from (
			select *
			from action_items as a
			where a.account_id = $1 and a.source_type = $2 and a.source_id = $3 and a.deleted_at is null
			order by a.id
			limit 100
		) as a;
	end;

-- Whether the source of an action item exists. Holds it against deletion.
create function source_exists_held(account_id bigint, source_type text, source_id bigint) returns boolean
	language sql volatile strict
	begin atomic
		select exists (
			select
			from (
				select *
				from meetings as m
				where $2 = 'meeting' and m.account_id = $1 and m.id = $3
				limit 1
				for key share
			) as m
			where m.deleted_at is null
		) or exists (
			select
			from (
				select *
				from feedback as f
				where $2 = 'feedback' and f.account_id = $1 and f.id = $3
				limit 1
				for key share
			) as f
			where f.deleted_at is null
		);
	end;

commit;
