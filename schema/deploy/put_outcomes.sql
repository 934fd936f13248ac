-- Deploy studytracker:put_outcomes to pg
-- requires: sessions
-- requires: etags

begin;

-- Whether the version written at updated_at is none of those that If-None-Match names: their ETags
-- without quotes, separated by commas, or "*". The comparison is weak: W/ makes no difference.
create function is_none_match(if_none_match text, updated_at timestamptz) returns boolean
	language sql stable parallel safe
	return if_none_match is null
		or not is_match(regexp_replace(if_none_match, '(^|,)\s*W/', '\1', 'g'), updated_at);

-- The day that an instant belongs to: account_today is the one of now().
create function account_day(time_zone text, day_starts_at time, instant timestamptz) returns date
	language sql stable parallel safe
	return ((instant at time zone coalesce(time_zone, current_setting('TimeZone')))
		- day_starts_at::interval)::date;

-- A session that a client wants to be there, as far as it says so. Null is not compared, but for
-- the notes. A session without a study_date was logged on the day of its creation, so a request
-- that is repeated after midnight still means the same.
create type wanted_session as (
	topic_id         bigint,
	tag              text,
	study_date       date,
	duration_minutes integer,
	minutes          integer,
	notes            text,
	created_at       timestamptz
);

-- The names of the fields in which they differ.
create function session_differences(kept session_rows, wanted wanted_session) returns text[]
	language sql stable parallel safe
	begin atomic
		select array_remove(array[
				case when wanted.topic_id <> kept.topic_id then 'topic_id' end,
				case when wanted.tag <> kept.tag then 'tag' end,
				case
					when coalesce(wanted.study_date,
						account_day(a.time_zone, a.day_starts_at, kept.created_at)) <> kept.study_date
						then 'study_date'
				end,
				case when wanted.duration_minutes <> kept.minutes then 'duration_minutes' end,
				case when wanted.minutes <> kept.minutes then 'minutes' end,
				case when wanted.notes is distinct from kept.notes then 'notes' end,
				case when wanted.created_at <> kept.created_at then 'created_at' end], null)
		from accounts as a
		where a.account_id = kept.account_id;
	end;

commit;
