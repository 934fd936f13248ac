{{#is_tags}}text[]{{/is_tags}}{{^is_tags}}{{column_type}}{{/is_tags}}{{\}}
