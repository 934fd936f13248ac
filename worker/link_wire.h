/*
 * link_wire: the sending side of a link (worker/link.h): notifications, and the responses of a
 * turn.
 *
 * The responses of a turn of the loop go out as one message (worker/outbox.h) before any
 * notification of that turn. Responses that can't be sent are dropped, counted and logged: the
 * gateway has given their requests to another worker.
 */
#ifndef WORKER_LINK_WIRE_H
#define WORKER_LINK_WIRE_H

#include "worker/link.h"
#include "worker/link_state.h"
#include "worker/log_limit.h"
#include "worker/outbox.h"

struct link_wire {
	const struct link_options *options;
	const struct link_state *state;
	struct link_counts *counts;
	struct socket *socket; /* opened and closed by the link; NULL: none */
	struct outbox outbox;
	struct buf notification;
	struct log_limit log_limit;
};

/* Borrows all three. */
void link_wire_init(struct link_wire *w, const struct link_options *options,
	const struct link_state *state, struct link_counts *counts);
void link_wire_fini(struct link_wire *w); /* does not close the socket */

/* Sends what link_wire_open_response has collected. */
void link_wire_send_responses(struct link_wire *w);
void link_wire_drop_responses(struct link_wire *w);

/* Returns the buffer to append one response to; link_wire_close_response must follow. */
struct buf *link_wire_open_response(struct link_wire *w);
void link_wire_close_response(struct link_wire *w);

/* ST_OVERLOADED: there is no connection. ST_NO_MEMORY. */
enum status link_wire_send_ready(struct link_wire *w) MUST_CHECK;
void link_wire_send_leaving(struct link_wire *w);

#endif
