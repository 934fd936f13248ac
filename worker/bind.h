/*
 * bind: the param values of many requests, turned into the arrays of one execution.
 *
 * Parameter $1 is account_id; then each param of the method, in its order, as one array
 * (INT int8[], BOOL bool[], TEXT, NAME and CHOICE text[], UUID uuid[], DATE date[], INSTANT
 * timestamptz[]). A CURSOR
 * is two: key int8[] and id uuid[]. A param with PARAM_PRESENCE is followed by a bool[] that
 * says which requests named it. Absent and nil values are NULL.
 */
#ifndef WORKER_BIND_H
#define WORKER_BIND_H

#include "worker/array.h"
#include "worker/request.h"

/* Keeps its memory from one execution to the next. */
struct bind {
	struct array *arrays;
	struct span *params; /* what bind_requests made */
	size_t count;
};

/* The largest number of parameters that a method binds. */
size_t bind_most(void);

enum status bind_init(struct bind *b) MUST_CHECK; /* ST_NO_MEMORY */

/* Sets the types of the method's parameters, as pg_type numbers; `oids` has room for bind_most().
 * Returns their count. */
size_t bind_types(const struct method *m, uint32_t *oids);

/* Fills b->params and b->count, borrowed until the next call. ST_NO_MEMORY. */
enum status bind_requests(struct bind *b, const struct method *m, struct request *const *requests,
	size_t count) MUST_CHECK;

void bind_fini(struct bind *b); /* accepts a zeroed struct */

#endif
