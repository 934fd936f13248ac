/*
 * param_list: checks the elements of a list and writes them as one JSON array.
 *
 * A statement gets one array per param for all requests of a batch. The lists of the requests have
 * different lengths, and PostgreSQL's arrays of arrays have one length and unnest flat. So each
 * request's list is one element of a jsonb[]. jsonb and not json or text, because it is parsed once
 * and needs no cast:
 *
 *	SELECT r.account_id, t.tag, t.position
 *	FROM unnest($1, $2) AS r (account_id, tags),
 *		jsonb_array_elements_text(r.tags) WITH ORDINALITY AS t (tag, position)
 *
 * A PARAM_VALUES is written as it is, so that the statement judges each of its elements.
 *
 * Values have one form each: integers have no fraction, UUIDs are lower case, instants are UTC,
 * names are folded. An object has every field of the row, null if it is absent and has no default,
 * so that jsonb_to_recordset reads it.
 */
#ifndef COMMON_PARAM_LIST_H
#define COMMON_PARAM_LIST_H

#include "common/param_value.h"

/*
 * Appends the JSON of `list`, one MessagePack array, to `out`. ST_INVALID_INPUT names the element,
 * counted from 0, as `tags[3]`, or its field as `teams[2].relevance`. ST_NO_MEMORY.
 */
enum status param_list_put(
	const struct param *p, struct span list, struct buf *out, struct fail *why) MUST_CHECK;

#endif
