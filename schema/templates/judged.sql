{{?tag_fields}}tagged{{/tag_fields}}{{^tag_fields}}{{?unique|checks|derived}}verdict{{/unique|checks|derived}}{{^unique|checks|derived}}locked{{/unique|checks|derived}}{{/tag_fields}}{{\}}
