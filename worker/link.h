/*
 * link: the worker's side of the worker protocol (schema/rpc.md), towards one gateway.
 *
 * One DEALER socket that connects and reconnects by itself. The link sends worker.ready (every
 * LINK_REGISTER_MS until the gateway responds, then every LINK_READY_MS), passes on the requests of
 * its epoch, and collects the responses of a loop turn into one message. Its rules are a state
 * machine (worker/link_state.h). worker/inbox.h reads messages, worker/link_wire.h sends them.
 * Invariants:
 *
 *   - The gateway chooses the epoch, another for each connection. A request counts only after our
 *     worker.ready has named its epoch: whatever arrives before belongs to an ended connection.
 *   - An epoch ends with its connection. Its requests are obsolete: another worker may run them,
 *     and must not be undone by this one later.
 *   - After a stall of LINK_STALL_MS the gateway may have given the requests to another worker. The
 *     link then ends the epoch, drops unread requests and reconnects.
 *   - A response is sent in the epoch of its request, or is dropped and counted.
 *   - Credit is cumulative: the responses of this epoch plus the window. Every message with
 *     responses starts with the credit.
 *
 *	struct link_options options = { .endpoint = "ipc:///run/studytracker/workers/workers-1.sock",
 *		.uuid = w->uuid, .version = STUDYTRACKER_VERSION, .get_heartbeat = get_heartbeat,
 *		.on_request = on_request, .on_cancel = on_cancel, .on_ended = on_ended,
 *		.on_left = on_left, .arg = w };
 *	if (link_open(hub, base, &options, &link, &why) != ST_OK) ...
 *	on_request:  lanes_submit(w->lanes, link_origin(link), epoch, request);
 *	on_cancel:   lanes_abandon(w->lanes, link_origin(link), epoch, msgid);
 *	on_ended:    lanes_end_epoch(w->lanes, link_origin(link), epoch);
 */
#ifndef WORKER_LINK_H
#define WORKER_LINK_H

#include "common/envelope.h"
#include "common/socket.h"
#include "worker/heartbeat.h"
#include "worker/origin.h"

struct link;

enum {
	LINK_READY_MS = 1000,
	LINK_REGISTER_MS = 100,
	LINK_SILENCE_MS = 3000,     /* without a gateway.hello: register again */
	LINK_STALL_MS = 2000,       /* between two ticks; a gateway waits 3 s, heartbeats 2 s */
	LINK_LEAVE_MS = 1000,       /* longest wait for the gateway after worker.leaving */
	LINK_BODY_TARGET = 1 << 20, /* a message of this size is sent at once */
};

struct link_options {
	const char *endpoint;      /* copied */
	const unsigned char *uuid; /* the worker's, 16 bytes; lives as long as the link */
	const char *version;       /* lives as long as the link */
	void (*get_heartbeat)(void *arg, struct heartbeat *out);
	void (*on_request)(void *arg, struct link *from, int64_t epoch, const struct envelope *e);
	/* Nobody waits for the response to this request; it may have been sent. May be NULL. */
	void (*on_cancel)(void *arg, struct link *from, int64_t epoch, uint32_t msgid);
	/* Nobody waits for any response of this epoch. */
	void (*on_ended)(void *arg, struct link *l, int64_t epoch);
	void (*on_left)(void *arg); /* link_has_left has become true */
	void *arg;
};

/* Since link_open; worker.ready carries them. */
struct link_counts {
	uint64_t epochs, requests, responses, stalls, stale, dropped, malformed;
};

extern const struct counter_table link_counter_table;

enum status link_open(struct socket_hub *hub, struct event_base *base,
	const struct link_options *options, struct link **out, struct fail *why) MUST_CHECK;

/* The link as the origin of its requests. has_epoch returns false as soon as the epoch has ended,
 * even if the loop has not noticed yet. Call open_response once per request. */
struct origin *link_origin(struct link *l);

/* Sends the collected responses now, not at the end of the turn. */
void link_send_responses(struct link *l);

/* Sends worker.ready at the end of this turn. Call it when the heartbeat has changed. */
void link_send_ready(struct link *l);

/* Sends worker.leaving. The window must be 0 from now on. */
void link_leave(struct link *l);

/* Returns whether, after link_leave, no request can arrive any more or LINK_LEAVE_MS have
 * passed. */
bool link_has_left(const struct link *l);

struct link_counts link_counts(const struct link *l);
const char *link_endpoint(const struct link *l);

/* Sends the collected responses. socket_hub_free waits up to linger_ms until they have left. */
void link_free(struct link **l, int linger_ms);

#endif
