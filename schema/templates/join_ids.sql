{{#stored}}
{{#is_ids}}
left join held_{{name}} on held_{{name}}.ord = r.ord
{{/is_ids}}
{{/stored}}
