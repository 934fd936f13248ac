{{^is_date}}
and coalesce(s.study_date >= r.first_day and s.study_date < r.end_day, false)
{{/is_date}}
{{#is_date}}
{{#is_descending}}
and s.study_date >= r.first_day
{{/is_descending}}
{{^is_descending}}
and s.study_date < r.end_day
{{/is_descending}}
{{/is_date}}
