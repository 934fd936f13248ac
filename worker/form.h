/*
 * form: the prepared statements of a method.
 *
 * Each method has a full statement with its name. A few methods have a plain one, too, which takes
 * fewer params and does less for a batch. It fits a request whose other params are nil. It answers
 * only requests that succeed in the usual way. A request without a row was not done; the full
 * statement answers it next.
 *
 *	struct form form = form_full(m);
 *	if (form_plain(m, &form)) ...              the method has a plain statement
 *	if (form_fits(&form, request)) ...
 *	for (i = 0; i < form_count(); i++)
 *		if (form_at(i, &form)) ...         every statement that there is
 */
#ifndef WORKER_FORM_H
#define WORKER_FORM_H

#include "worker/request.h"

enum { FORM_PARAMS_MAX = 64 }; /* of a method */

struct form {
	const struct method *method;
	const char *statement; /* its name */
	uint64_t left_out;     /* bit i: the statement does not take param i of the method */
	bool is_plain;
};

size_t form_count(void); /* one more than the largest index */
size_t form_index(const struct form *form);
bool form_at(size_t index, struct form *out); /* false: there is none with this index */

struct form form_full(const struct method *m);
bool form_plain(const struct method *m, struct form *out); /* false: it has none */
bool form_takes(const struct form *form, size_t param);
bool form_fits(const struct form *form, const struct request *r);

#endif
