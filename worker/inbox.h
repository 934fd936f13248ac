/*
 * inbox: reads the messages of a gateway.
 *
 * A body holds consecutive messages: requests and the notifications gateway.hello and
 * gateway.cancel (schema/rpc.md). Unknown notifications are ignored, because a newer gateway may
 * send more. To add a notification, add a row to the table in inbox.c.
 *
 *	static const struct inbox_events events = { on_request, on_hello, on_cancel, on_malformed };
 *	inbox_read(body, &events, link);
 */
#ifndef WORKER_INBOX_H
#define WORKER_INBOX_H

#include "common/envelope.h"

struct inbox_events {
	void (*on_request)(void *arg, const struct envelope *e);
	void (*on_hello)(void *arg, int64_t epoch); /* epoch > 0 */
	void (*on_cancel)(void *arg, int64_t epoch, uint32_t msgid);
	/* A message can't be decoded. `msgid` is NULL if it is not a request, or if its end is
	 * unknown and the rest of the body is skipped. */
	void (*on_malformed)(void *arg, const uint32_t *msgid, const struct fail *why);
};

void inbox_read(struct span body, const struct inbox_events *events, void *arg);

/* The names of the notifications that it reads; NULL past the end. */
const char *inbox_notification(size_t index);

#endif
