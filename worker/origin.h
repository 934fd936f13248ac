/*
 * origin: whoever sends requests to the lanes and gets their responses.
 *
 * A link is an origin (worker/link.h). The struct is the first member of the origin's own struct,
 * which the calls get back by a cast. A request without an origin is the worker's own: it may
 * always begin, and its response is discarded.
 *
 *	static const struct origin_calls calls = { has_epoch, open_response, close_response };
 *	struct link { struct origin origin; ... } link = { .origin = { &calls } };
 *
 *	struct buf *out = origin_open_response(request->origin, request->epoch);
 *	if (out) {
 *		... append one response ...
 *		origin_close_response(request->origin);
 *	}
 */
#ifndef WORKER_ORIGIN_H
#define WORKER_ORIGIN_H

#include "common/buf.h"

struct origin {
	const struct origin_calls *calls;
};

struct origin_calls {
	/* Returns false if the epoch has ended: its requests must not begin any more. */
	bool (*has_epoch)(struct origin *o, int64_t epoch);
	/* Returns the buffer to append one response to; NULL: nobody waits for it any more. */
	struct buf *(*open_response)(struct origin *o, int64_t epoch);
	void (*close_response)(struct origin *o); /* after open_response has returned a buffer */
};

static inline bool origin_has_epoch(struct origin *o, int64_t epoch)
{
	return !o || o->calls->has_epoch(o, epoch);
}

static inline struct buf *origin_open_response(struct origin *o, int64_t epoch)
{
	return o ? o->calls->open_response(o, epoch) : NULL;
}

static inline void origin_close_response(struct origin *o)
{
	o->calls->close_response(o);
}

#endif
