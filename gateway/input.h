/*
 * input: what a connection received, and how it becomes requests.
 *
 * Invariants:
 *   - Requests are handed up one at a time, and none while output_is_full (gateway/output.h). What
 *     a client pipelines meanwhile waits: up to 64 KiB here, the rest in the kernel.
 *   - The bodies of all requests in progress hold at most bodies_max (gateway/edge.h); those of at
 *     most EDGE_SMALL_BODY do not count.
 *   - A request that got its response when its head was complete gets no second one: what is left of
 *     its body is dropped.
 */
#ifndef GATEWAY_INPUT_H
#define GATEWAY_INPUT_H

#include "common/status.h"

struct connection;

size_t input_unread(const struct connection *c); /* bytes */

/* Within a turn: judges what has come and hands up what is whole, a bounded number of steps. */
void input_process(struct connection *c);

/* At the end of a turn: reads from the socket, or leaves bytes in the kernel. */
void input_update_reading(struct connection *c);

void input_discard(struct connection *c); /* while lingering */

/* The edge's own response to a request that is not whole; the connection ends with it. */
void input_refuse(struct connection *c, enum status st, const struct fail *why);

/* The app's decision on a head whose body is still to come. */
void input_read_body(struct connection *c);
void input_refuse_body(struct connection *c, enum status st, const struct fail *why);

/* Nothing of the request is needed any more. */
void input_return_reader(struct connection *c);

#endif
