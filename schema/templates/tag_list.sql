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
tag as materialized ( -- held; also the new ones and those of other transactions
	select k.account_id, k.name_key, t.id
	from (
		select distinct n.account_id, n.name_key
		from named_tag as n
		cross join (select count(*) from new_tag) as made -- makes all of them first
		order by n.account_id, n.name_key
	) as k
	left join lateral tag_of_key_now(k.account_id, k.name_key) as t on true
	where t.id is not null or run_again('a tag was deleted')
),
tag_list as materialized ( -- in their order, each once
	select t.ord, array_agg(t.id order by t.place) as tag_ids
	from (
		select n.ord, t.id, min(n.place) as place
		from named_tag as n
		join tag as t on t.account_id = n.account_id and t.name_key = n.name_key
		group by n.ord, t.id
	) as t
	group by t.ord
),
{{/tag_fields}}
