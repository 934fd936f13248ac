/*
 * failover: which gateway the transport is connected to, and when the next is tried.
 *
 * The endpoints are tried in turn, each at once where the one before failed; after a round of
 * failures a pause that doubles, with some chance in it so that clients do not come back together.
 */
#ifndef CLIENT_FAILOVER_H
#define CLIENT_FAILOVER_H

#include "client/transport.h"

enum { ENDPOINTS_MAX = 16 };

struct failover {
	struct transport *transport;
	const char *endpoints[ENDPOINTS_MAX];
	int count, current;
	int failures; /* since an answer came; the caller sets it to 0 then */
	bool is_up, is_trying;
	int64_t due;     /* trying: given up; else, not up: tried anew */
	uint32_t chance; /* any number but 0 */
};

/* The first attempt. INVALID_ARGUMENT: not an endpoint ZeroMQ takes. */
enum study_status failover_start(struct failover *c, int64_t now) MUST_CHECK;

/* Looks what happened. True: the connection that was up is lost, and failover_next is to be
 * called once what came before the loss has been received. */
bool failover_look(struct failover *c, int64_t now) MUST_CHECK;

/* Gives this one up and goes on to the next, at once or after a pause. */
void failover_next(struct failover *c, int64_t now);

/* Tries anew where that is due. */
void failover_retry(struct failover *c, int64_t now);

/* When failover_look or failover_retry has to run even if nothing happens. */
int64_t failover_due(const struct failover *c);

#endif
