{{#is_changed}}
{{#is_ids}}
case when r.{{name}} is null then e.{{name}} else distinct_ids(r.{{name}}) end as {{name}},
{{/is_ids}}
{{#is_tags}}
e.tag_ids, r.{{name}},
{{/is_tags}}
{{#is_instant}}
{{#is_nullable}}
case when r.has_{{name}} then instant_of(r.account_id, r.{{name}}) else e.{{name}} end as {{name}},
{{/is_nullable}}
{{^is_nullable}}
coalesce(instant_of(r.account_id, r.{{name}}), e.{{name}}) as {{name}},
{{/is_nullable}}
{{/is_instant}}
{{#is_objects}}
coalesce(r.{{name}}, e.{{name}}) as {{name}},
{{/is_objects}}
{{^is_list}}
{{^is_instant}}
{{#is_nullable}}
case when r.has_{{name}} then r.{{name}}::{{column_type}} else e.{{name}} end as {{name}},
{{/is_nullable}}
{{^is_nullable}}
coalesce({{#is_name}}nfc(r.{{name}}){{/is_name}}{{^is_name}}r.{{name}}::{{column_type}}{{/is_name}}, e.{{name}}) as {{name}},
{{/is_nullable}}
{{/is_instant}}
{{/is_list}}
{{/is_changed}}
{{^is_changed}}
e.{{name}},
{{/is_changed}}
