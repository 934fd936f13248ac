from (
	{{#orders}}
	(
		select e.*, row_number() over (order by {{^is_id}}e.{{column}}{{direction}}, {{/is_id}}e.id{{direction}}) as place
		from {{table}} as e
		where r.path = '{{minus}}{{column}}' and e.account_id = r.account_id and e.deleted_at is null
			{{>scan_conditions}}
		order by {{^is_id}}e.{{column}}{{direction}}, {{/is_id}}e.id{{direction}}
		limit r.scan_limit
	)
	{{$more_scans}}
	{{/more_scans}}
	{{|union all}}
	{{/orders}}
	{{$found}}
	{{?range|search|sources}}
	union all
	(
		select e.*, 0 as place
		from unnest(r.ids) as found (id)
		cross join lateral (
			select *
			from {{table}} as e
			where e.account_id = r.account_id and e.id = found.id
			limit 1
		) as e
		where r.path = 'found' and e.deleted_at is null
			{{>list_conditions}}
			and case r.sort
				{{#orders}}
				{{#is_id}}
				when '{{minus}}{{column}}' then e.id {{after}} r.after_id
				{{/is_id}}
				{{^is_id}}
				when '{{minus}}{{column}}' then (e.{{column}}, e.id) {{after}} (r.after_{{column}}, r.after_{{column}}_id)
				{{/is_id}}
				{{/orders}}
			end
		order by
			{{#orders}}
			{{^is_id}}
			case when r.sort = '{{minus}}{{column}}' then e.{{column}} end{{direction}},
			{{/is_id}}
			{{/orders}}
			case when r.sort like '-%' then e.id end desc, e.id
		limit r.row_limit
	)
	{{/range|search|sources}}
	{{/found}}
) as e
{{$joins}}
{{/joins}}
cross join lateral (
	select false as is_marker
	where {{$is_wanted}}not r.is_scan{{?range|search|sources}} or r.path = 'found'{{/range|search|sources}} or (
		true
		{{>list_conditions}}
	){{/is_wanted}}
	union all
	select true
	where r.is_scan and e.place = r.scan_limit
) as m
