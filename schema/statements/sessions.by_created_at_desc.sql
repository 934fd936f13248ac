{{#orders}}
{{#by_created_at}}
{{#is_descending}}
{{>session_page}}
{{/is_descending}}
{{/by_created_at}}
{{/orders}}
