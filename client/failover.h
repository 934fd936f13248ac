/*
 * failover: chooses the gateway to connect to, and when to try the next one.
 *
 * It tries the endpoints in turn, each as soon as the one before has failed. After a round of
 * failures it pauses. The pause doubles each time and is random, so that clients do not return all
 * at once.
 */
#ifndef CLIENT_FAILOVER_H
#define CLIENT_FAILOVER_H

#include "client/transport.h"

enum { ENDPOINTS_MAX = 16 };

struct failover {
	struct transport *transport;
	const char *endpoints[ENDPOINTS_MAX];
	int count, current;
	int failures; /* since the last response; the caller resets it */
	bool is_up, is_trying;
	int64_t due;     /* is_trying: when the attempt fails; not connected: when to try again */
	uint32_t random; /* any number except 0 */
};

/* Starts the first attempt. INVALID_ARGUMENT: ZeroMQ refuses the endpoint. */
enum study_status failover_start(struct failover *c, int64_t now) MUST_CHECK;

/* Reads the state of the transport. True: the connection is lost; receive what came before the
 * loss, then call failover_next. */
bool failover_check(struct failover *c, int64_t now) MUST_CHECK;

/* Disconnects and moves to the next endpoint, which is tried at once or after a pause. */
void failover_next(struct failover *c, int64_t now);

/* Starts the next attempt if it is due. */
void failover_retry(struct failover *c, int64_t now);

/* When failover_check and failover_retry must run even if nothing happens. */
int64_t failover_due(const struct failover *c);

#endif
