/*
 * params: a request's params, checked against its method and taken apart.
 *
 * This is the one place that judges values: HTTP and RPC requests meet the same rules and
 * the same words. Everything is borrowed from the message, but for the names that had to be folded:
 * these are borrowed from `names`, a buffer of the caller that it leaves alone meanwhile.
 *
 *	struct param_value *values = …;  room for method->param_count values
 *	if (params_decode(method, envelope.params, values, &names, &why) != ST_OK)
 *		answer INVALID_INPUT with why.field and why.text
 */
#ifndef COMMON_PARAMS_H
#define COMMON_PARAMS_H

#include "common/method.h"
#include "common/msg.h"

struct param_value {
	bool is_present; /* named in the request, nil included */
	bool is_null;    /* absent without a default, or nil */
	bool boolean;
	int64_t integer;  /* INT; CURSOR: its key; DATE: days since 1970-01-01; INSTANT: µs */
	struct span text; /* TEXT, NAME (folded: common/name.h), CHOICE */
	bool has_uuid;    /* CURSOR: KEY~UUID */
	unsigned char uuid[16];
	uint32_t fingerprint; /* CURSOR: of the list that it belongs to */
};

/*
 * Sets values[i] for each param i of the method. ST_INVALID_INPUT names the field and the rule:
 * unknown name, given twice, missing, wrong type, out of bounds. ST_NO_MEMORY. After a failure the
 * values are undefined.
 */
enum status params_decode(const struct method *m, struct span params, struct param_value *values,
	struct buf *names, struct fail *why) MUST_CHECK;

#endif
