/*
 * request: one request on its way through the worker, and lists of requests.
 *
 * A request owns a copy of its message. The param values point into that copy, so the request can
 * wait, run and run again. Requests come from a pool and return to it: a busy worker does not
 * allocate.
 */
#ifndef WORKER_REQUEST_H
#define WORKER_REQUEST_H

#include "common/envelope.h"
#include "common/params.h"
#include "worker/origin.h"

struct request {
	struct request *next; /* in its list; in a run: worker/run.h */
	const struct method *method;
	const struct method *variant; /* the row that runs it: worker/variant.h */
	struct origin *origin;        /* gets the response; NULL: the worker itself */
	int64_t epoch;                /* of the origin, when the request arrived */
	uint32_t msgid;
	unsigned attempts;    /* executions without a final result */
	bool maybe_committed; /* it writes, and one of those executions may have been committed */
	bool is_abandoned;    /* nobody waits for the response any more */
	int64_t rows;         /* expected in the response (worker/cost.h) */
	bool is_long;         /* it shares its execution with no other request */
	int64_t account;
	struct position position;       /* what it must see, if a standby runs it */
	uint64_t deadline_ms;           /* service_now_ms */
	struct span request_id, params; /* params: one MessagePack map, as received */
	struct param_value *values;     /* one per param of the method; room for any method */
	struct buf bytes;               /* request_id, params and values point into it */
	struct buf names;               /* values of case-folded names point into it */
};

/* First in, first out. A zeroed struct is an empty list. */
struct request_list {
	struct request *first, *last;
	size_t count;
};

void request_list_push(struct request_list *list, struct request *r);
void request_list_prepend(struct request_list *list, struct request_list *others); /* takes them */
struct request *request_list_pop(struct request_list *list);                       /* NULL: empty */

struct request_pool {
	struct request_list free;
};

/* Copies the envelope's request id and params, and validates the params. ST_INVALID_INPUT with the
 * field, ST_NO_MEMORY. */
enum status request_acquire(struct request_pool *pool, const struct method *m,
	const struct envelope *e, struct request **out, struct fail *why) MUST_CHECK;

/* Wipes the bytes of a request with passwords. */
void request_release(struct request_pool *pool, struct request **r);
void request_pool_fini(struct request_pool *pool);

/* The row limit of a page; 0 if the method returns no pages. */
int64_t request_limit(const struct request *r);

/* The rows that the request takes of the limits of an execution and a group, which bound memory: a
 * row that may be larger than METHOD_ROW_BYTES counts as several. */
int64_t request_weight(const struct request *r);

/* Marks the request as abandoned if origin, epoch and msgid match; else returns false. */
bool request_abandon(struct request *r, const struct origin *origin, int64_t epoch, uint32_t msgid);

/* Returns whether the request may run again if it may have run already. A request with a condition
 * may not: it would find the version that it changed itself. */
bool request_is_repeatable(const struct request *r);

/* The keys of one execution. No two of its requests may have the same key. */
enum { REQUEST_KEYS_MAX = 256, REQUEST_KEYS_EACH = 2 };
struct request_keys {
	const struct request *slots[2 * REQUEST_KEYS_EACH * REQUEST_KEYS_MAX];
};

void request_keys_clear(struct request_keys *keys);

/* Returns false if a request with the same account and key, or with the same idempotency key, is in
 * already. At most REQUEST_KEYS_MAX requests of one method fit. A request without keys is always
 * added. */
bool request_keys_add(struct request_keys *keys, const struct request *r);

#endif
