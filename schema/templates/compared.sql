{{^in_scan}}{{#condition}}, r.{{name}}{{/condition}}{{^condition}}{{^day}}, r.{{name}}{{/day}}{{/condition}}{{/in_scan}}{{\}}
