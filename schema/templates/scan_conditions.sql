{{#is_id}}
and e.id {{after}} r.after_id
{{/is_id}}
{{^is_id}}
and (e.{{column}}, e.id) {{after}} (r.after_{{column}}, r.after_{{column}}_id)
{{/is_id}}
{{#is_range}}
and e.{{column}} {{#is_descending}}>= r.first{{/is_descending}}{{^is_descending}}< r.past{{/is_descending}}
{{/is_range}}
{{#scan_filters}}
and (r.{{name}} is null or {{condition}})
{{/scan_filters}}
{{$scan_conditions}}
{{/scan_conditions}}
