-- How often feedback of a range has each category, sentiment, tag, person and month. At most the
-- newest 20,000 count; is_complete tells whether these are all. Of tags and persons the 100 most
-- frequent are returned.
with request as materialized (
	select r.*
	from unnest($1::int8[], $2::date[], $3::date[]) with ordinality as r (account_id, "from", "to", ord)
),
entry as materialized (
	select r.ord, r.account_id, f.category, f.sentiment, f.from_person_id, f.tag_ids, f.place,
		to_char(f.feedback_date, 'YYYY-MM') as month
	from request as r
	cross join lateral (
		select f.*, row_number() over (order by f.feedback_date desc, f.id desc) as place
		from feedback as f
		where f.account_id = r.account_id and f.deleted_at is null
			and f.feedback_date >= coalesce(r."from", '-infinity')
			and f.feedback_date < coalesce(r."to", 'infinity')
		order by f.feedback_date desc, f.id desc
		limit 20001
	) as f
),
counted as materialized (
	select e.ord, e.category, e.sentiment, e.from_person_id, e.month,
		grouping(e.category, e.sentiment, e.from_person_id, e.month) as kind, count(*) as entries
	from entry as e
	where e.place <= 20000
	group by grouping sets ((e.ord, e.category), (e.ord, e.sentiment), (e.ord, e.from_person_id),
		(e.ord, e.month), (e.ord))
)
select r.ord, null::text as outcome, r."from", r."to",
	coalesce((select c.entries from counted as c where c.ord = r.ord and c.kind = 15), 0) as entries,
	category.rows as by_category, sentiment.rows as by_sentiment, tag.rows as by_tag,
	person.rows as by_person, month.rows as by_month,
	not exists (select from entry as e where e.ord = r.ord and e.place > 20000) as is_complete
from request as r
cross join lateral (
	select coalesce(jsonb_agg(jsonb_build_object('category', c.category, 'entries', c.entries)
		order by c.entries desc, c.category), '[]') as rows
	from counted as c
	where c.ord = r.ord and c.kind = 7
) as category
cross join lateral (
	select coalesce(jsonb_agg(jsonb_build_object('sentiment', c.sentiment, 'entries', c.entries)
		order by c.entries desc, c.sentiment), '[]') as rows
	from counted as c
	where c.ord = r.ord and c.kind = 11
) as sentiment
cross join lateral (
	select coalesce(jsonb_agg(jsonb_build_object('person_id', c.from_person_id, 'name', p.name,
		'entries', c.entries) order by c.entries desc, c.from_person_id), '[]') as rows
	from (
		select c.*
		from counted as c
		where c.ord = r.ord and c.kind = 13
		order by c.entries desc, c.from_person_id
		limit 100
	) as c
	left join lateral (
		select p.name from people as p where p.account_id = r.account_id and p.id = c.from_person_id limit 1
	) as p on true
) as person
cross join lateral (
	select coalesce(jsonb_agg(jsonb_build_object('month', c.month, 'entries', c.entries)
		order by c.month), '[]') as rows
	from counted as c
	where c.ord = r.ord and c.kind = 14
) as month
cross join lateral (
	select coalesce(jsonb_agg(jsonb_build_object('tag', t.name, 'entries', t.entries)
		order by t.entries desc, t.name), '[]') as rows
	from (
		select t.name, u.entries
		from (
			select u.id, count(*) as entries
			from entry as e
			cross join lateral unnest(e.tag_ids) as u (id)
			where e.ord = r.ord and e.place <= 20000
			group by u.id
			order by count(*) desc, u.id
			limit 100
		) as u
		cross join lateral (
			select t.name from tags as t where t.account_id = r.account_id and t.id = u.id limit 1) as t
	) as t
) as tag
order by r.ord
