/*
 * output: the bytes that a connection has still to send, and the minimum rate of its reader.
 *
 * Invariants:
 *   - No request is read, parsed or handed up while output_is_full: a client that does not read
 *     holds at most OUTPUT_FULL and one response (of a stream: one piece).
 *   - While something is unsent, the client's machine acknowledges at least OUTPUT_RATE_BYTES in
 *     each period (outputs_open), or the connection is lost. What lies in the kernel's send buffer
 *     counts as unread, so neither a large buffer nor a byte now and then renews the period.
 *   - The unsent bytes of all connections together stay near unsent_max: past it the connections
 *     that made no progress for longest are lost, one a turn of the loop.
 */
#ifndef GATEWAY_OUTPUT_H
#define GATEWAY_OUTPUT_H

#include <stdint.h>
#include <sys/queue.h>

#include "common/buf.h"

struct connection;
struct event;
struct event_base;

enum {
	OUTPUT_FULL = 256 << 10,      /* exchange_write says so past this */
	OUTPUT_RATE_BYTES = 32 << 10, /* a reader takes so much in a period, or all that waits */
	OUTPUTS_UNSENT_MAX = 256 << 20,
};

TAILQ_HEAD(output_list, connection);

/* Of one connection. */
struct output {
	TAILQ_ENTRY(connection) link; /* in outputs.writers while is_writing */
	uint64_t put;                 /* bytes, ever */
	uint64_t mark_ms;             /* when the period began */
	int64_t mark_taken;           /* bytes that the client's machine had acknowledged then */
	int64_t mark_waiting;         /* and what was not acknowledged */
	size_t counted;               /* in outputs.unsent */
	bool is_writing;              /* the loop waits for room in the socket */
};

/* Of all connections of an edge. */
struct outputs {
	struct output_list writers; /* the one without progress for longest comes first */
	uint64_t period_ms;
	size_t unsent, unsent_max;
	struct event *check, *relief;
	/* The connection is to be closed: from the loop, outside a turn of it. */
	void (*on_slow)(struct connection *c);
};

/* False: no memory. */
bool outputs_open(struct outputs *all, struct event_base *base, uint64_t period_ms,
	size_t unsent_max, void (*on_slow)(struct connection *c));
void outputs_set_period(struct outputs *all, uint64_t period_ms);
void outputs_close(struct outputs *all);

void output_put(struct connection *c, struct span bytes);
void output_put_static(struct connection *c, struct span bytes); /* by reference */
size_t output_unsent(const struct connection *c);
bool output_is_full(const struct connection *c);

void output_send_now(struct connection *c);   /* what the socket takes; the rest later */
void output_send_later(struct connection *c); /* from the loop */
void output_on_written(struct connection *c); /* the loop has written: in bufferevent's callback */
void output_update_count(struct connection *c); /* after a turn or a piece of a stream */
void output_fini(struct connection *c);         /* the connection is freed */

#endif
