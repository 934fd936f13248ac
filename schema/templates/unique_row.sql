select t.id
from {{table}} as t
where t.account_id = e.account_id{{#columns}} and t.{{name}} >= e.new_{{name}} and t.{{name}} <= e.new_{{name}}{{/columns}}
	and t.deleted_at is null
	and t.id <> e.id -- as another transaction left it before this one locked it
order by {{#columns}}t.{{name}}{{|, }}{{/columns}}
limit 1
