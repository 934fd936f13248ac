-- Topics that are live, archived, deleted, and one name that is used again.
insert into topics (account_id, name, description, archived_at, deleted_at)
select a.account_id, t.name, t.description, t.archived_at, t.deleted_at
from accounts as a
cross join (values
	('Straße', 'with ß', null::timestamptz, null::timestamptz),
	('Ärzte', null, now(), null),
	('Go', '', null, now()),
	('go', repeat('d', 10000), null, null)) as t (name, description, archived_at, deleted_at)
where a.account_id <> 103;
