/*
 * request: what was asked and not answered yet.
 *
 * A msgid is the slot's index and how often the slot was used, so that a late answer finds
 * nothing. Requests wait in one queue until they are sent; they are freed only with their table.
 */
#ifndef CLIENT_REQUEST_H
#define CLIENT_REQUEST_H

#include "client/studytracker.h"
#include "common/buf.h"

enum { REQUESTS_MAX = 1 << 16, REQUEST_METHOD_MAX = 128 };

struct request {
	uint32_t msgid;
	bool is_used, is_sent;
	bool is_safe;     /* to repeat */
	bool is_write;    /* or nobody knows */
	bool may_be_done; /* it was sent on a connection that is lost */
	int repeats;
	int64_t deadline, send_by; /* monotonic milliseconds */
	char method[REQUEST_METHOD_MAX];
	char id[STUDY_ID_SIZE]; /* the wire's request_id */
	struct buf params;      /* one map */
	study_on_reply on_reply;
	void *arg;
	struct study_value **take; /* where given, the result goes there instead of being freed */
	struct request *next;      /* in the queue, or among the free */
};

struct request_queue {
	struct request *first, *last;
};

struct requests {
	struct request **slots;
	size_t count, capacity, max, in_use;
	struct request_queue free, queue;
};

/* NULL: `max` are in use (*is_full) or no memory. Its msgid is set, all else but params is 0. */
struct request *requests_take(struct requests *r, bool *is_full);

/* Back among the free; it must not be queued. */
void requests_give_back(struct requests *r, struct request *request);

/* The one in use under that msgid, or NULL. */
struct request *requests_find(const struct requests *r, uint32_t msgid);

void requests_fini(struct requests *r);

void request_queue_append(struct request_queue *list, struct request *request);
struct request *request_queue_pop(struct request_queue *list); /* NULL: empty */

#endif
