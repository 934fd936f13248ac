/*
 * input: makes requests of the bytes that a connection received; internal to gateway/edge.h.
 *
 * Invariants:
 *   - Requests are dispatched one at a time, and none while output_is_full (gateway/output.h). What
 *     a client pipelines meanwhile waits: up to 64 KiB here, the rest in the kernel.
 *   - The bodies of all requests in progress hold at most bodies_max (gateway/edge.h). Bodies of at
 *     most EDGE_SMALL_BODY do not count.
 *   - A request that was refused by its head gets no second response.
 */
#ifndef GATEWAY_INPUT_H
#define GATEWAY_INPUT_H

#include "common/status.h"

struct connection;

size_t input_unread(const struct connection *c); /* bytes */

/* Parses and dispatches, a bounded number of steps. Within a turn. */
void input_process(struct connection *c);

/* Starts or stops reading from the socket. At the end of a turn. */
void input_update_reading(struct connection *c);

void input_discard(struct connection *c); /* while lingering */

/* Refuses a request that is not whole; the connection ends. */
void input_refuse(struct connection *c, enum status st, const struct fail *why);

/* The app's decision on a head whose body is still to come. */
void input_read_body(struct connection *c);
void input_refuse_body(struct connection *c, enum status st, const struct fail *why);

/* The request is not needed any more. */
void input_return_reader(struct connection *c);

#endif
