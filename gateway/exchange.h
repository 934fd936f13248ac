/*
 * exchange: one request and its answer; the inside of gateway/edge.h's exchange_* calls.
 *
 * It is embedded in its connection, which serves one at a time. What the app does here while it
 * is called up takes effect when the connection's turn ends (gateway/connection.h).
 */
#ifndef GATEWAY_EXCHANGE_H
#define GATEWAY_EXCHANGE_H

#include "gateway/edge.h"

struct connection;

struct exchange {
	void *data;
	void (*on_gone)(void *data);
	void (*on_writable)(struct exchange *x, void *data);
};

/* The edge's own response to what is not a request; the connection ends with it. */
void exchange_refuse(struct connection *c, enum status st, const struct fail *why);

/* The edge's response to a request whose body is still to come. The connection stays open if
 * it may: then the caller drops the body. */
void exchange_refuse_head(struct connection *c, enum status st, const struct fail *why);

#endif
