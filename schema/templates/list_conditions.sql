{{#page_filters}}
{{#condition}}
and (r.{{name}} is null or {{condition}})
{{/condition}}
{{^condition}}
{{^day}}
and (r.{{name}} is null or e.{{name}} = r.{{name}})
{{/day}}
{{/condition}}
{{/page_filters}}
{{#range}}
and (not r.is_range or e.{{column}} >= r.first and e.{{column}} < r.past)
{{/range}}
{{#search}}
and (r.q_key is null or strpos(e.search_key, r.q_key) > 0)
{{/search}}
