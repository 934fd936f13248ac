-- Deploy studytracker:sessions to pg
-- requires: topics

begin;

create table sessions (
	account_id       bigint not null,
	id               uuid not null, -- minted by the caller, so that a repeated request finds itself done
	topic_id         bigint not null,
	study_date       date not null check (study_date >= '1900-01-01' and study_date < '10000-01-01'),
	duration_minutes integer not null check (duration_minutes between 1 and 1440),
	notes            text check (char_length(notes) <= 10000),
	created_at       timestamptz not null default now(),
	updated_at       timestamptz not null default now(),
	deleted_at       timestamptz,
	-- Of a timed session: instants, and the zone it was recorded in. A dated one has none.
	started_at       timestamptz,
	ended_at         timestamptz,
	time_zone        text check (is_time_zone(time_zone)),
	primary key (account_id, id),
	foreign key (account_id, topic_id) references topics,
	constraint sessions_dated_or_timed check (
		num_nulls(started_at, ended_at, time_zone) = 3
		or num_nulls(started_at, ended_at, time_zone) = 0 and ended_at > started_at)
);

-- A page by key for each order in which sessions are listed, of all topics and of one.
create index sessions_created on sessions (account_id, created_at, id) where deleted_at is null;
create index sessions_dated on sessions (account_id, study_date, id) where deleted_at is null;
create index sessions_topic_created on sessions (account_id, topic_id, created_at, id)
	where deleted_at is null;
create index sessions_topic_dated on sessions (account_id, topic_id, study_date, id)
	where deleted_at is null;

-- A session as it is answered.
create view session_rows as
select s.account_id, s.id, s.topic_id, t.name as tag, s.study_date, s.duration_minutes,
	s.duration_minutes as minutes, s.notes, s.created_at, s.updated_at, s.created_at as "timestamp",
	s.deleted_at
from sessions as s
join topics as t on t.account_id = s.account_id and t.id = s.topic_id;

-- The session as it is now. Volatile, and so with a snapshot of its own: a statement sees by it
-- what another one has committed since it began, such as the row that its insert ran into.
create function session_now(account_id bigint, session_id uuid) returns setof session_rows
	language sql volatile strict rows 1
	begin atomic
		select s.* from session_rows as s where s.account_id = $1 and s.id = $2;
	end;

commit;
