/*
 * api_form: the params of a request that the gateway runs itself, by the form of its route
 * (gateway/route.h).
 *
 *	struct api_form form = { 0 };
 *	st = api_form_read(r, &form, &why);
 *	if (st == ST_OK)
 *		form.values[0] is the first param
 *	api_form_fini(&form);
 */
#ifndef GATEWAY_API_FORM_H
#define GATEWAY_API_FORM_H

#include "common/param_value.h"
#include "gateway/api_request.h"

enum { API_FORM_PARAMS_MAX = 4 };

struct api_form {
	struct param_value values[API_FORM_PARAMS_MAX]; /* borrowed from the buffers */
	struct buf params, names;
};

/* ST_INVALID_JSON, ST_INVALID_INPUT with the field, ST_NO_MEMORY. */
enum status api_form_read(
	const struct api_request *r, struct api_form *out, struct fail *why) MUST_CHECK;

void api_form_fini(struct api_form *form); /* accepts a zeroed struct */

#endif
