{{#condition}}, r.{{name}}{{/condition}}{{^condition}}{{^day}}, r.{{name}}{{/day}}{{/condition}}{{\}}
