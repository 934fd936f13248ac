/*
 * bind: turns the param values of many requests into the arrays of one execution.
 *
 * Parameter $1 is account_id. Then each param of the method follows, in order, as one array:
 *
 *	INT                 int8[]
 *	BOOL                bool[]
 *	REAL                float8[]
 *	TEXT, NAME, CHOICE  text[]
 *	UUID                uuid[]
 *	DATE                date[]
 *	TIME                time[]
 *	INSTANT             timestamptz[]
 *	LOCAL_INSTANT       text[]: 2026-01-31T18:30:00.000000Z, without Z if it had no offset
 *	CURSOR              int8[] for the key and uuid[] for the id
 *	CURSOR_INT          int8[] for the key and int8[] for the id
 *	CURSOR_TEXT         text[]
 *	TEXTS, IDS, OBJECTS, VALUES
 *	                    jsonb[]: one JSON array for each request (common/param_list.h)
 *
 * A param with PARAM_PRESENCE is followed by a bool[]: true if the request has the param. Absent
 * and nil values are NULL.
 */
#ifndef WORKER_BIND_H
#define WORKER_BIND_H

#include "worker/array.h"
#include "worker/request.h"

/* Keeps its memory from one execution to the next. */
struct bind {
	struct array *arrays;
	struct span *params; /* set by bind_requests */
	size_t count;
};

/* The largest number of parameters that a method binds. */
size_t bind_most(void);

enum status bind_init(struct bind *b) MUST_CHECK; /* ST_NO_MEMORY */

/* Sets the types of the method's parameters, as pg_type numbers; `oids` has room for bind_most().
 * Returns their count. */
size_t bind_types(const struct method *m, uint32_t *oids);

/* Sets b->params and b->count, valid until the next call. ST_NO_MEMORY. */
enum status bind_requests(struct bind *b, const struct method *m, struct request *const *requests,
	size_t count) MUST_CHECK;

void bind_fini(struct bind *b); /* accepts a zeroed struct */

#endif
