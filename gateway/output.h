/*
 * output: the bytes that a connection has still to send, and the minimum rate of its reader;
 * internal to gateway/edge.h.
 *
 * Invariants:
 *   - No request is read, parsed or dispatched while output_is_full. A client that does not read
 *     holds at most OUTPUT_FULL and one response (of a stream: one piece).
 *   - While something is unsent, the client's machine acknowledges at least OUTPUT_RATE_BYTES in
 *     each period (outputs_open), or on_slow is called. Bytes in the kernel's send buffer count as
 *     unread, so neither a large buffer nor a byte now and then renews the period.
 *   - The unsent bytes of all connections stay near unsent_max. Above, on_slow is called for the
 *     connections that made no progress for longest, one in each turn of the loop.
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
	OUTPUT_FULL = 256 << 10,      /* exchange_write then returns true */
	OUTPUT_RATE_BYTES = 32 << 10, /* that a client must read in a period, or all that waits */
	OUTPUTS_UNSENT_MAX = 256 << 20,
};

TAILQ_HEAD(output_list, connection);

/* Of one connection. */
struct output {
	TAILQ_ENTRY(connection) link; /* in outputs.writers while is_writing */
	uint64_t mark_ms;             /* begin of the period */
	uint64_t mark_acknowledged;   /* bytes acknowledged by the client's machine at that time */
	uint64_t mark_put;            /* bytes put at that time */
	size_t counted;               /* in outputs.unsent */
	bool is_writing;              /* the loop waits for room in the socket */
};

/* Of all connections of an edge. */
struct outputs {
	struct output_list writers; /* without progress for longest first */
	uint64_t period_ms;
	size_t unsent, unsent_max;
	struct event *check, *reclaim;
	/* Must close the connection. From the loop, outside a turn of the connection. */
	void (*on_slow)(struct connection *c);
};

/* period_ms: see above. unsent_max 0: OUTPUTS_UNSENT_MAX. False: no memory. */
bool outputs_open(struct outputs *all, struct event_base *base, uint64_t period_ms,
	size_t unsent_max, void (*on_slow)(struct connection *c));
void outputs_set_period(struct outputs *all, uint64_t period_ms);
void outputs_close(struct outputs *all);

/* Append what is to be sent to output_buf, then call output_check. */
struct buf *output_buf(struct connection *c);
void output_check(struct connection *c); /* if memory ran out, the connection fails */

void output_put(struct connection *c, struct span bytes);
void output_put_static(struct connection *c, struct span bytes); /* must never change */
size_t output_unsent(const struct connection *c);
bool output_is_full(const struct connection *c);

void output_send_now(struct connection *c);     /* what the socket takes; the loop sends the rest */
void output_send_later(struct connection *c);   /* the loop sends all */
void output_on_written(struct connection *c);   /* the loop has written */
void output_update_count(struct connection *c); /* after a turn or a piece of a stream */
void output_fini(struct connection *c);

#endif
