/*
 * request: the table of requests that have no response yet.
 *
 * A msgid consists of the slot's index and of a counter of the slot's uses, so that a late response
 * matches no request. Requests wait in one queue until they are sent. Slots are freed only with the
 * table.
 */
#ifndef CLIENT_REQUEST_H
#define CLIENT_REQUEST_H

#include "client/studytracker.h"
#include "common/buf.h"

enum { REQUESTS_MAX = 1 << 16, REQUEST_METHOD_MAX = 128 };

struct request {
	uint32_t msgid;
	bool is_used, is_sent;
	bool is_safe;         /* safe to repeat */
	bool is_write;        /* or unknown to this library */
	bool maybe_committed; /* it was sent on a connection that is lost */
	int repeats;
	int64_t deadline, send_by; /* monotonic milliseconds */
	char method[REQUEST_METHOD_MAX];
	char id[STUDY_ID_SIZE]; /* the wire's request_id */
	struct buf params;      /* one map */
	study_on_reply on_reply;
	void *arg;
	struct study_value **take; /* not NULL: receives the result */
	struct request *next;      /* in the queue or in the free list */
};

struct request_queue {
	struct request *first, *last;
};

struct requests {
	struct request **slots;
	size_t count, capacity, max, in_use;
	struct request_queue free, queue;
};

/* Takes a free slot. NULL: `max` are in use (*is_full), or no memory. The msgid is set; everything
 * else except the memory of params is 0. */
struct request *requests_take(struct requests *r, bool *is_full);

/* Frees a slot; the request must not be queued. */
void requests_release(struct requests *r, struct request *request);

/* The request in flight with that msgid, or NULL. */
struct request *requests_find(const struct requests *r, uint32_t msgid);

void requests_fini(struct requests *r);

void request_queue_append(struct request_queue *list, struct request *request);
struct request *request_queue_pop(struct request_queue *list); /* NULL: empty */

#endif
