when not is_match(r.if_match, e.updated_at) or not is_none_match(r.if_none_match, e.updated_at)
	then 'PRECONDITION_FAILED'
