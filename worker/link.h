/*
 * link: the worker's side of the worker protocol (schema/rpc.md), towards one gateway.
 *
 * One DEALER that connects by itself, and again. It asks for a session by worker.ready (every
 * LINK_ASK_MS until the gateway answers, then every LINK_READY_MS), hands on the requests that
 * come in it, and collects the answers of a loop turn into one message. Invariants:
 *
 * - A session is an epoch of the gateway, another for each connection. Its requests count only
 *   after our worker.ready has named it: whatever is read before is left over from a connection
 *   that is gone.
 * - It ends with its connection: nobody waits for what it asked for, and what its asker does
 *   instead must not be undone by it later.
 * - After a stand-still of LINK_STALL_MS the gateway may have given us up, and another worker may
 *   have done what it had asked us for: the session is given up, unread requests and all, and
 *   the link connects anew.
 * - An answer goes out under the epoch its request came under, or is dropped and counted: a
 *   gateway that can't be reached has given up on it.
 * - Credit is cumulative: what was answered in this session and the window. Each message with
 *   answers says it first.
 *
 *	struct link_options options = { .endpoint = "ipc:///run/studytracker/workers/workers-1.sock",
 *		.uuid = w->uuid, .version = STUDYTRACKER_VERSION, .tell = tell,
 *		.on_request = on_request, .on_cancel = on_cancel, .on_over = on_over,
 *		.on_left = on_left, .arg = w };
 *	if (link_open(hub, base, &options, &link, &why) != ST_OK) ...
 *	on_request:  lanes_submit(w->lanes, link, session, request);
 *	on_cancel:   lanes_abandon(w->lanes, link, session, msgid);
 *	on_over:     lanes_end_session(w->lanes, link, session);
 *	answer:      struct buf *out = link_begin(link, session);
 *	             if (out) { append one response; link_end(link); }
 */
#ifndef WORKER_LINK_H
#define WORKER_LINK_H

#include "common/envelope.h"
#include "common/socket.h"
#include "worker/news.h"

struct link;

enum {
	LINK_READY_MS = 1000,
	LINK_ASK_MS = 100,
	LINK_SILENCE_MS = 3000,     /* without a gateway.hello: it is asked anew */
	LINK_STALL_MS = 2000,       /* between two ticks; a gateway waits 3 s, heartbeats 2 s */
	LINK_LEAVE_MS = 1000,       /* for a gateway to hear that we leave */
	LINK_BODY_TARGET = 1 << 20, /* a message is sent once it has grown to this */
};

struct link_options {
	const char *endpoint;      /* copied */
	const unsigned char *uuid; /* the worker's, 16 bytes, like `version` as long as the link */
	const char *version;
	void (*tell)(void *arg, struct news *out);
	void (*on_request)(void *arg, struct link *from, int64_t session, const struct envelope *e);
	/* Nobody waits for the response to this request of the session; it may have been sent. NULL: not
	 * told. */
	void (*on_cancel)(void *arg, struct link *from, int64_t session, uint32_t msgid);
	void (*on_over)(void *arg, struct link *l, int64_t session); /* nobody waits any more */
	void (*on_left)(void *arg); /* link_has_left has become true */
	void *arg;
};

/* Since link_open. */
struct link_counts {
	uint64_t sessions, requests, answers;
	uint64_t stalls;    /* sessions given up since we stood still */
	uint64_t stale;     /* requests of a session that was over: not handed on */
	uint64_t dropped;   /* answers that found no session, no connection or no memory */
	uint64_t malformed; /* messages not read to their end */
};

enum status link_open(struct socket_hub *hub, struct event_base *base,
	const struct link_options *options, struct link **out, struct fail *why) MUST_CHECK;

/* Where the response to a request of this session is appended; link_end follows. NULL: nobody
 * waits for it any more. Each request is answered so once. */
struct buf *link_begin(struct link *l, int64_t session);
void link_end(struct link *l);

/* False: the session has ended, even if the loop has not come to it yet. What it asked for must
 * not begin. */
bool link_wants(struct link *l, int64_t session);

/* Something of the news has changed: says worker.ready at the end of this turn. */
void link_announce(struct link *l);

/* Says worker.leaving; the window must be 0 from now on. */
void link_leave(struct link *l);

/* After link_leave: no request can be on its way to us any more (or LINK_LEAVE_MS are over). */
bool link_has_left(const struct link *l);

struct link_counts link_counts(const struct link *l);
const char *link_endpoint(const struct link *l);

/* Sends what was collected and waits up to linger_ms for it to go, within socket_hub_free. */
void link_free(struct link **l, int linger_ms);

#endif
