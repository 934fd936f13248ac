/*
 * outbox: collects the responses of a loop turn into one message, behind a worker.credit.
 *
 * The credit is known only when the message is sent, so the outbox keeps room for it in front of
 * the responses.
 *
 *	struct buf *out = outbox_open(&outbox);
 *	... append one response ...
 *	if (!outbox_close(&outbox)) ...            out of memory: this response is dropped
 *	if (outbox.responses > 0 && outbox_message(&outbox, &head, &body)) send(body);
 *	outbox_clear(&outbox);
 */
#ifndef WORKER_OUTBOX_H
#define WORKER_OUTBOX_H

#include "common/position.h"

struct outbox {
	struct buf out;    /* room for the credit, then responses */
	size_t mark;       /* start of the response being written */
	size_t responses;  /* complete ones in `out` */
	struct buf credit; /* its message */
};

/* A message has at most `bytes_max` bytes. */
void outbox_init(struct outbox *o, size_t bytes_max);
void outbox_fini(struct outbox *o);

/* Returns the buffer to append one response to; outbox_close must follow. */
struct buf *outbox_open(struct outbox *o);

/* Returns false if the response did not fit or memory ran out. It is removed, the others stay. */
bool outbox_close(struct outbox *o);

/* What worker.credit says. */
struct outbox_head {
	int64_t epoch, credit;
	struct position committed;
};

/* Writes the credit and sets `body` to the whole message, which is valid until the next call.
 * Returns false if memory ran out. */
bool outbox_message(struct outbox *o, const struct outbox_head *head, struct span *body);

void outbox_clear(struct outbox *o);

#endif
