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
	select e.ord, {{#filters}}{{#is_choice}}e.{{name}}, {{/is_choice}}{{/filters}}e.from_person_id, e.month, count(*) as entries,
		{{#filters}}{{#is_choice}}grouping(e.{{name}}) = 0 as is_{{name}}, {{/is_choice}}{{/filters}}grouping(e.from_person_id) = 0 as is_person,
		grouping(e.month) = 0 as is_month
	from entry as e
	where e.place <= 20000
	group by grouping sets ({{#filters}}{{#is_choice}}(e.ord, e.{{name}}), {{/is_choice}}{{/filters}}(e.ord, e.from_person_id), (e.ord, e.month))
)
select r.ord, null::text as outcome, r."from", r."to",
	coalesce((select sum(c.entries) from counted as c where c.ord = r.ord and c.is_month), 0)::int8 as entries,
	{{#filters}}{{#is_choice}}{{name}}.rows as by_{{name}}, {{/is_choice}}{{/filters}}tag.rows as by_tag,
	person.rows as by_person, month.rows as by_month,
	not exists (select from entry as e where e.ord = r.ord and e.place > 20000) as is_complete
from request as r
{{#filters}}
{{#is_choice}}
cross join lateral (
	select coalesce(jsonb_agg(jsonb_build_object('{{name}}', c.{{name}}, 'entries', c.entries)
		order by c.entries desc, c.{{name}}), '[]') as rows
	from counted as c
	where c.ord = r.ord and c.is_{{name}}
) as {{name}}
{{/is_choice}}
{{/filters}}
cross join lateral (
	select coalesce(jsonb_agg(jsonb_build_object('person_id', c.from_person_id, 'name', p.name,
		'entries', c.entries) order by c.entries desc, c.from_person_id), '[]') as rows
	from (
		select c.*
		from counted as c
		where c.ord = r.ord and c.is_person
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
	where c.ord = r.ord and c.is_month
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
