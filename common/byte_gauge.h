/*
 * byte_gauge: counts the bytes that were handed to ZeroMQ and have not left the process yet.
 *
 * ZeroMQ's queues count messages, not bytes, and do not show how full they are. A gauge is counted
 * by reference: it lives until its owner and all its messages are gone. Only byte_gauge_done may be
 * called from another thread.
 *
 *	struct byte_gauge *unsent = byte_gauge_new(all);
 *	st = socket_send_buf(socket, peer, &body, unsent);
 *	if (byte_gauge_bytes(unsent) > MUCH) ...
 *	byte_gauge_free(&unsent);
 */
#ifndef COMMON_BYTE_GAUGE_H
#define COMMON_BYTE_GAUGE_H

#include <stddef.h>

struct byte_gauge;
struct gauged_bytes;

/* The bytes count in `whole`, too, unless it is NULL. Returns NULL if there is no memory. */
struct byte_gauge *byte_gauge_new(struct byte_gauge *whole);

/* The bytes that have not left yet. */
size_t byte_gauge_bytes(const struct byte_gauge *g);

/* Adds the bytes of one message. Returns NULL if there is no memory. */
struct gauged_bytes *byte_gauge_begin(struct byte_gauge *g, size_t bytes);

/* The message was sent or dropped: subtracts its bytes and frees both pointers (a zmq_free_fn). */
void byte_gauge_done(void *bytes, void *gauged);

void byte_gauge_free(struct byte_gauge **g); /* accepts NULL inside */

#endif
