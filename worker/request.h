/*
 * request: one request on its way through the worker, and lists of them.
 *
 * Everything a request says is copied into it, once; the param values point into that copy,
 * so it can wait, run, and run again. Requests come from a pool and go back to it: a busy
 * worker allocates nothing for them.
 */
#ifndef WORKER_REQUEST_H
#define WORKER_REQUEST_H

#include "common/envelope.h"
#include "common/params.h"

struct request {
	struct request *next;
	const struct method *method;
	void *origin;    /* who asked: handed back with the answer */
	int64_t session; /* of the origin, when it asked */
	uint32_t msgid;
	unsigned attempts; /* executions it was part of and that told nothing */
	bool may_be_done;  /* one of them may have been committed, and it writes */
	bool is_abandoned; /* nobody waits for the response any more */
	int64_t rows;      /* that the response is expected to have (worker/cost.h) */
	bool is_long;      /* whatever it answers: it shares its execution with no other */
	int64_t account;
	uint64_t deadline_ms;           /* service_now_ms */
	struct span request_id, params; /* params: as they came, one MessagePack map */
	struct param_value *values;     /* one per param of the method; room for any method */
	struct buf bytes;               /* what request_id, params and values point into */
	struct buf names;               /* what values of names that were folded point into */
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

/* Copies the envelope's request id and params, and judges the params: ST_INVALID_INPUT with the
 * field, ST_NO_MEMORY. */
enum status request_take(struct request_pool *pool, const struct method *m,
	const struct envelope *e, struct request **out, struct fail *why) MUST_CHECK;
void request_give(struct request_pool *pool, struct request **r);
void request_pool_fini(struct request_pool *pool);

/* The limit of a page; 0 where the method has none. */
int64_t request_limit(const struct request *r);

/* Marks the request as abandoned if it is this one; false otherwise. */
bool request_abandon(struct request *r, const void *origin, int64_t session, uint32_t msgid);

/* Whether it may be run again where nobody knows if it was run. One with a condition may not: it
 * would find the version changed, by itself. */
bool request_is_repeatable(const struct request *r);

/* The keys in one execution: no two requests of it may name the same. */
enum { REQUEST_KEYS_MAX = 256, REQUEST_KEYS_EACH = 2 };
struct request_keys {
	const struct request *slots[2 * REQUEST_KEYS_EACH * REQUEST_KEYS_MAX];
};

void request_keys_clear(struct request_keys *keys);

/* False where a request of the same method, account and key is in already, or with the same
 * idempotency key. At most REQUEST_KEYS_MAX requests fit. Without either it is always fine. */
bool request_keys_add(struct request_keys *keys, const struct request *r);

#endif
