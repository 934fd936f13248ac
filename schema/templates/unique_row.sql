{{$unique_row}}
select t.id
from {{table}} as t
where t.account_id = e.account_id{{#key}} and t.{{name}} >= e.new_{{name}} and t.{{name}} <= e.new_{{name}}{{/key}}
	and t.deleted_at is null
	and t.id <> e.id -- as another transaction left it before this one locked it
order by {{#key}}t.{{name}}{{|, }}{{/key}}
limit 1
{{/unique_row}}
