/*
 * edge_transport: moves the bytes of one connection; the only file that reads and writes the
 * sockets of connections.
 *
 * It stands between a connection and its descriptor. A TLS transport can take its place: it needs
 * its own functions that receive and send, the rest stays.
 *
 * The transports of an edge share their buffers. Most requests come whole and most responses are
 * sent whole, so most connections hold no memory for bytes.
 *
 * Invariants:
 *   - Callbacks run from the loop only, never from within a call.
 *   - Input is read only while edge_transport_set_reading is on, and waits until it is consumed.
 *   - The loop writes only after edge_transport_start_writing. Until _stop_writing nothing else may
 *     write, and on_output_low comes: it must stop the writing if nothing is unsent.
 *
 *	if (!edge_transports_open(&all, base)) ...
 *	edge_transport_open(&t, &all, fd, &callbacks, c);
 *	on_input(c):
 *		struct span bytes = edge_transport_peek(&t);
 *		edge_transport_consume(&t, used);
 *	buf_text(edge_transport_output(&t), "HTTP/1.1 200 OK\r\n");
 *	if (!edge_transport_put_static(&t, bytes)) ...
 *	edge_transport_send_now(&t);
 *	if (edge_transport_unsent(&t) > 0)
 *		ok = edge_transport_start_writing(&t);
 *	edge_transport_close(&t);
 *	edge_transports_close(&all);
 */
#ifndef GATEWAY_EDGE_TRANSPORT_H
#define GATEWAY_EDGE_TRANSPORT_H

#include <event2/event_struct.h>

#include "common/buf.h"
#include "common/status.h"

enum {
	EDGE_TRANSPORT_UNREAD = 64 << 10,     /* bytes that can wait; then reading must be off */
	EDGE_TRANSPORT_LOW = 64 << 10,        /* unsent bytes at which on_output_low is called */
	EDGE_TRANSPORT_WRITE_MAX = 256 << 10, /* bytes of one write */
};

struct edge_transport_callbacks {
	void (*on_input)(void *arg);
	void (*on_output_low)(void *arg); /* after each write by the loop that leaves so little */
	void (*on_end)(void *arg);        /* the peer sends no more; it may still read */
	void (*on_error)(void *arg);      /* nothing can be sent or received any more */
};

/* What the transports of an edge share. */
struct edge_transports {
	struct event_base *base;
	char *input;                   /* EDGE_TRANSPORT_UNREAD bytes */
	struct edge_transport *reader; /* its unread bytes are in `input`; NULL: none */
	struct buf spare;              /* memory for the next output */
};

struct edge_transport {
	struct edge_transports *all;
	int fd;
	struct event readable, writable;
	struct span unread;        /* in all->input or `kept` */
	struct buf kept;           /* input that waits for a later turn of the loop */
	struct buf output;         /* has memory while something is unsent */
	size_t sent;               /* bytes at the front of `output` */
	uint64_t all_sent;         /* bytes since it was opened */
	struct span static_output; /* after `output` */
	const struct edge_transport_callbacks *callbacks;
	void *arg;
	bool is_reading, has_failed;
};

/* False: no memory. */
bool edge_transports_open(struct edge_transports *all, struct event_base *base);
void edge_transports_close(struct edge_transports *all); /* accepts a zeroed struct */

/* Takes fd, a connected non-blocking socket. */
void edge_transport_open(struct edge_transport *t, struct edge_transports *all, int fd,
	const struct edge_transport_callbacks *callbacks, void *arg);

/* Closes the descriptor. No callback runs any more. */
void edge_transport_close(struct edge_transport *t);

void edge_transport_set_reading(struct edge_transport *t, bool is_reading);
size_t edge_transport_unread(const struct edge_transport *t); /* bytes */
struct span edge_transport_peek(const struct edge_transport *t);
void edge_transport_consume(struct edge_transport *t, size_t bytes); /* from the front */

/* The buffer to which the bytes are appended that are to be sent. If it has failed, there is no
 * memory, and what is unsent is only a part of what was put. Valid until the next call. */
struct buf *edge_transport_output(struct edge_transport *t);

/* Sends bytes that never change, without a copy in most cases. False: no memory, as above. */
bool edge_transport_put_static(struct edge_transport *t, struct span bytes) MUST_CHECK;

size_t edge_transport_unsent(
	const struct edge_transport *t); /* bytes that the kernel has not taken */

/* Sends what the socket takes at once. Errors show at the next write by the loop. */
void edge_transport_send_now(struct edge_transport *t);

/* The loop sends what is unsent, until stopped. False: no memory. */
bool edge_transport_start_writing(struct edge_transport *t) MUST_CHECK;
void edge_transport_stop_writing(struct edge_transport *t);

/* Bytes since the transport was opened: put, and acknowledged by the peer's machine. The difference
 * is unsent here or in the kernel. */
uint64_t edge_transport_all_put(const struct edge_transport *t);
uint64_t edge_transport_all_acknowledged(const struct edge_transport *t);

/* Tells the peer that nothing more comes. False: the connection is gone. */
bool edge_transport_shutdown(struct edge_transport *t) MUST_CHECK;

/* Makes closing send RST, so that the peer cannot take half a response for a whole one. */
void edge_transport_reset_on_close(struct edge_transport *t);

/* Makes the loop call on_error. Nothing is sent any more. */
void edge_transport_trigger_error(struct edge_transport *t);

#endif
