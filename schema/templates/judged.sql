{{?tag_fields}}tagged{{/tag_fields}}{{^tag_fields}}{{#is_judged}}verdict{{/is_judged}}{{^is_judged}}locked{{/is_judged}}{{/tag_fields}}{{\}}
