{{#by_created_at}}
and coalesce(s.study_date >= r.first_day and s.study_date < r.end_day, false)
{{/by_created_at}}
{{#by_study_date}}
{{#is_descending}}
and s.study_date >= r.first_day
{{/is_descending}}
{{^is_descending}}
and s.study_date < r.end_day
{{/is_descending}}
{{/by_study_date}}
