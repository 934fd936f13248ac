{{#tag_fields}}
named_tag as materialized (
	select v.ord, v.account_id, t.name, text_key(t.name) as name_key, t.place
	from verdict as v
	cross join lateral jsonb_array_elements_text(v.{{name}}) with ordinality as t (name, place)
	where v.outcome is null
),
new_tag as (
	insert into tags (account_id, name)
	select distinct on (n.account_id, n.name_key) n.account_id, n.name
	from named_tag as n
	where (
		select t.id
		from tags as t
		where t.account_id = n.account_id and t.name_key >= n.name_key and t.name_key <= n.name_key
			and t.deleted_at is null
		order by t.name_key -- which no other index has
		limit 1) is null
	order by n.account_id, n.name_key, n.ord, n.place
	on conflict (account_id, name_key) where deleted_at is null do nothing
	returning id
),
tag_list as materialized ( -- tag_ids_held also sees the new tags and those of other transactions
	select v.ord, tag_ids_held(v.account_id, array(select jsonb_array_elements_text(v.{{name}}))) as tag_ids
	from verdict as v
	cross join (select count(*) from new_tag) as made -- makes all of them first
	where v.outcome is null and v.{{name}} <> '[]'
),
{{/tag_fields}}
