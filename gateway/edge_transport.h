/*
 * edge_transport: moves the bytes of one connection; the only file that uses bufferevents.
 *
 * It stands between a connection and its descriptor. A TLS transport can take its place: it needs
 * its own edge_transport_open and edge_transport_send_now, the rest stays.
 *
 * Invariants:
 *   - Callbacks run from the loop only, never from within a call.
 *   - Input is read only while edge_transport_set_reading is on, and waits until it is consumed.
 *   - The loop writes only after edge_transport_start_writing. Until _stop_writing nothing else may
 *     write, and on_output_low comes.
 *
 *	if (!edge_transport_open(&t, base, fd, &callbacks, c)) ...
 *	on_input(c):
 *		struct span bytes = edge_transport_peek(&t);
 *		edge_transport_consume(&t, used);
 *	if (!edge_transport_put(&t, bytes)) ...
 *	edge_transport_send_now(&t);
 *	if (edge_transport_unsent(&t) > 0)
 *		ok = edge_transport_start_writing(&t);
 *	edge_transport_close(&t);
 */
#ifndef GATEWAY_EDGE_TRANSPORT_H
#define GATEWAY_EDGE_TRANSPORT_H

#include "common/buf.h"
#include "common/status.h"

struct bufferevent;
struct evbuffer;
struct event_base;

enum {
	EDGE_TRANSPORT_LOW = 64 << 10,        /* unsent bytes at which on_output_low is called */
	EDGE_TRANSPORT_WRITE_MAX = 256 << 10, /* bytes of one write by the loop */
};

struct edge_transport_callbacks {
	void (*on_input)(void *arg);
	void (*on_output_low)(void *arg); /* after each write by the loop that leaves so little */
	void (*on_end)(void *arg);        /* the peer sends no more; it may still read */
	void (*on_error)(void *arg);      /* nothing can be sent or received any more */
};

struct edge_transport {
	struct bufferevent *bev;
	struct evbuffer *input, *output;
	const struct edge_transport_callbacks *callbacks;
	void *arg;
	bool is_reading;
};

/* Takes fd, a connected non-blocking socket, if it returns true. False: no memory. */
bool edge_transport_open(struct edge_transport *t, struct event_base *base, int fd,
	const struct edge_transport_callbacks *callbacks, void *arg);

/* Closes the descriptor, at the latest in the loop's next turn. No callback runs any more. */
void edge_transport_close(struct edge_transport *t);

void edge_transport_set_reading(struct edge_transport *t, bool is_reading);
size_t edge_transport_unread(const struct edge_transport *t);        /* bytes */
struct span edge_transport_peek(const struct edge_transport *t);     /* the first piece of these */
void edge_transport_consume(struct edge_transport *t, size_t bytes); /* from the front */

/* False: no memory; what is unsent is no longer what was put. _static keeps a reference to bytes
 * that never change. */
bool edge_transport_put(struct edge_transport *t, struct span bytes) MUST_CHECK;
bool edge_transport_put_static(struct edge_transport *t, struct span bytes) MUST_CHECK;
size_t edge_transport_unsent(
	const struct edge_transport *t); /* bytes that the kernel has not taken */

/* Sends what the socket takes at once. Errors show at the next write by the loop. */
void edge_transport_send_now(struct edge_transport *t);

/* The loop sends what is unsent, until stopped. False: no memory. */
bool edge_transport_start_writing(struct edge_transport *t) MUST_CHECK;
void edge_transport_stop_writing(struct edge_transport *t);

/* Bytes that the peer's machine has not acknowledged: unsent here or in the kernel. */
size_t edge_transport_unacknowledged(const struct edge_transport *t);

/* Tells the peer that nothing more comes. False: the connection is gone. */
bool edge_transport_shutdown(struct edge_transport *t) MUST_CHECK;

/* Makes closing send RST, so that the peer cannot take half a response for a whole one. */
void edge_transport_reset_on_close(struct edge_transport *t);

/* Makes the loop call on_error. */
void edge_transport_trigger_error(struct edge_transport *t);

#endif
