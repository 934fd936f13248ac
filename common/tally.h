/*
 * tally: how many bytes were handed to ZeroMQ and have not left yet.
 *
 * ZeroMQ's queues count messages, not bytes, and tell nobody how full they are. A tally lives
 * as long as its owner or a message that is under way, whichever is longer; only tally_done may
 * be called from another thread.
 *
 *	struct tally *unread = tally_new(all);
 *	st = socket_send_counted(socket, peer, &body, unread);
 *	if (tally_bytes(unread) > MUCH) ...
 *	tally_free(&unread);
 */
#ifndef COMMON_TALLY_H
#define COMMON_TALLY_H

#include <stddef.h>

struct parcel;
struct tally;

/* Its bytes count in `whole`, too, unless that is NULL. NULL: no memory. */
struct tally *tally_new(struct tally *whole);
size_t tally_bytes(const struct tally *t);

/* A message sets out; NULL: no memory. */
struct parcel *tally_begin(struct tally *t, size_t bytes);

/* It has arrived or never will: frees its bytes and the parcel (a zmq_free_fn). */
void tally_done(void *bytes, void *parcel);

void tally_free(struct tally **t); /* accepts NULL inside */

#endif
