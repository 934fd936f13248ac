{{#orders}}
{{#by_study_date}}
{{#is_descending}}
{{>session_page}}
{{/is_descending}}
{{/by_study_date}}
{{/orders}}
