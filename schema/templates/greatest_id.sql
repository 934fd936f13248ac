{{#is_uuid}}'ffffffff-ffff-ffff-ffff-ffffffffffff'{{/is_uuid}}{{^is_uuid}}9223372036854775807{{/is_uuid}}{{\}}
