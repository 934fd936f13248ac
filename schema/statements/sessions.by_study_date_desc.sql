{{#orders}}
{{#is_date}}
{{#is_descending}}
{{>session_page}}
{{/is_descending}}
{{/is_date}}
{{/orders}}
