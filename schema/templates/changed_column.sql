{{#is_version}}
coalesce(c.updated_at, e.updated_at) as updated_at{{|,}}
{{/is_version}}
{{^is_version}}
{{>value}} as {{name}}{{|,}}
{{/is_version}}
