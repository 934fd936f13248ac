-- Deploy studytracker:account_versions to pg
-- requires: accounts

begin;

-- The version of an account, as of a topic: what its ETag is made of.
alter table accounts add updated_at timestamptz not null default now();

commit;
