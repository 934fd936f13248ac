-- Deploy studytracker:name_forms to pg
-- requires: namesakes
-- requires: search_keys

begin;

-- The form in which names are stored, so that no two look the same and none looks empty: see
-- common/name.h, which also drops joiners, selectors and flag tags where they are of no use. White
-- space becomes one space, what shows nothing is dropped, and letters are composed (NFC).
create function fold_name(name text) returns text
	language sql immutable parallel safe
	return case
		when name ~ '^[!-~]+( [!-~]+)*$' then name
		else nfc(btrim(regexp_replace(regexp_replace(name,
			'[\u0001-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5'
				'\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0'
				'\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e001f'
				'\U000e0080-\U000e0fff]+',
			'', 'g'),
			'[\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000]+', ' ', 'g')))
	end;

-- Names that were stored before. One that becomes that of another topic is a namesake of it; one of
-- which nothing is left takes its number.
create temp table odd on commit drop as
select t.account_id, t.id, coalesce(nullif(left(fold_name(t.name), 200), ''), 'Topic ' || t.id) as name
from topics as t
where t.name <> fold_name(t.name);

update topics as t
set is_namesake = true
from odd as o
where t.account_id = o.account_id and t.id = o.id and t.deleted_at is null
	and text_key(o.name) <> t.name_key;

update topics as t
set name = o.name, made_by_tag = false, updated_at = next_update(t.updated_at)
from odd as o
where t.account_id = o.account_id and t.id = o.id;

update topics as t
set is_namesake = false
from odd as o
where t.account_id = o.account_id and t.id = o.id and t.is_namesake and t.deleted_at is null
	and t.id = (
		select min(other.id)
		from topics as other
		where other.account_id = t.account_id and other.name_key = t.name_key and other.deleted_at is null)
	and not exists (
		select
		from topics as first
		where first.account_id = t.account_id and first.name_key = t.name_key
			and first.deleted_at is null and not first.is_namesake);

alter table topics add constraint topics_name_folded check (name = fold_name(name));

commit;
