{{#is_ids}}
, r.{{name}}
{{/is_ids}}
{{#is_tags}}
, r.{{name}}
{{/is_tags}}
{{#is_objects}}
, coalesce(r.{{name}}, '[]') as {{name}}
{{/is_objects}}
{{#is_instant}}
, coalesce(instant_of(r.account_id, r.{{name}}), {{#computed_fallback}}{{computed_fallback}}{{/computed_fallback}}{{^computed_fallback}}null{{/computed_fallback}}) as {{name}},
local_time_refusal(r.account_id, r.{{name}}) as refusal_{{name}}
{{/is_instant}}
{{^is_list}}
{{^is_instant}}
{{#computed_fallback}}
, coalesce(r.{{name}}::{{column_type}}, {{computed_fallback}}) as {{name}}
{{/computed_fallback}}
{{^computed_fallback}}
{{#fallback}}
, coalesce(r.{{name}}::{{column_type}}, '{{fallback}}') as {{name}}
{{/fallback}}
{{^fallback}}
, r.{{name}}::{{column_type}}
{{/fallback}}
{{/computed_fallback}}
{{/is_instant}}
{{/is_list}}
