-- Deploy studytracker:etags to pg

begin;

-- Whether the version written at updated_at is one of those that If-Match names: their ETags
-- without quotes, separated by commas, or "*". Null asks for none in particular.
create function is_match(if_match text, updated_at timestamptz) returns boolean
	language sql stable parallel safe
	return if_match is null or btrim(if_match) = '*'
		or to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
			= any (regexp_split_to_array(btrim(if_match), '\s*,\s*'));

-- When a row was changed that is changed now: later than before, whatever the clock says.
create function next_update(updated_at timestamptz) returns timestamptz
	language sql stable parallel safe
	return greatest(now(), updated_at + interval '1 microsecond');

commit;
