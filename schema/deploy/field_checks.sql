-- Deploy studytracker:field_checks to pg
-- requires: session_search
-- requires: name_forms

begin;

-- The limits that columns of many tables share. A null passes, as in every check.

create function is_day(day date) returns boolean
	language sql immutable parallel safe
	return day >= '1900-01-01' and day < '10000-01-01';

-- A day on either side: an instant of the first day is one of the day before in another zone.
create function is_instant(instant timestamptz) returns boolean
	language sql immutable parallel safe
	return instant >= '1899-12-31 00:00+00' and instant < '10000-01-02 00:00+00';

-- A plain list of at most so many ids, without nulls.
create function is_id_list(ids bigint[], most integer) returns boolean
	language sql immutable parallel safe
	return cardinality(ids) <= most and coalesce(array_ndims(ids), 1) = 1
		and array_position(ids, null) is null;

-- One of 256 samples of all rows, as of sessions: see session_search.
create function search_sample(id bigint) returns bigint
	language sql immutable parallel safe
	return hashint8extended(id, 0) & 255;

commit;
