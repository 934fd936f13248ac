/*
 * params: checks the params of a request against its method and decodes them.
 *
 * This is the only place that checks values, so that HTTP and RPC have the same rules and error
 * texts. Decoded values are borrowed from the message. Names that had to be folded, and lists, are
 * borrowed from `names`, a buffer that the caller must keep unchanged as long as it uses the
 * values.
 *
 * The range `from`, `to` has no days if both are the same. `to` must not be before `from`.
 *
 * Texts are kept to the byte: PARAM_TEXT removes no blanks. A text with a min of 1 may consist of
 * blanks or line breaks; only "" is refused.
 *
 *	struct param_value *values = …;  room for method->param_count values
 *	if (params_decode(method, envelope.params, values, &names, &why) != ST_OK)
 *		respond INVALID_INPUT with why.field and why.text
 */
#ifndef COMMON_PARAMS_H
#define COMMON_PARAMS_H

#include "common/param_value.h"

/*
 * Sets values[i] for each param i of the method. ST_INVALID_INPUT names the field and the rule:
 * unknown name, given twice, missing, wrong type, out of bounds. ST_NO_MEMORY. After a failure the
 * values are undefined.
 */
enum status params_decode(const struct method *m, struct span params, struct param_value *values,
	struct buf *names, struct fail *why) MUST_CHECK;

#endif
