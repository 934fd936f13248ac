{{#is_lookup}}{{of}}_row.{{name}}{{/is_lookup}}{{\}}
{{#is_copy}}e.{{of}}{{/is_copy}}{{\}}
{{#is_computed}}{{expression}}{{/is_computed}}{{\}}
{{^is_shown_only}}{{\}}
{{#is_tags}}tag_names{{^is_read}}_now{{/is_read}}(e.account_id, e.tag_ids){{/is_tags}}{{^is_tags}}e.{{name}}{{/is_tags}}{{\}}
{{/is_shown_only}}{{\}}
