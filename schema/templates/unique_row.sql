select t.id
from {{table}} as t
where t.account_id = e.account_id{{#columns}} and t.{{name}} >= e.new_{{name}} and t.{{name}} <= e.new_{{name}}{{/columns}}
	and t.deleted_at is null
order by {{#columns}}t.{{name}}{{|, }}{{/columns}}
limit 1
