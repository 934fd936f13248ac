/*
 * exchange: one request and its response; internal to gateway/edge.h, which has the exchange_* calls.
 *
 * A connection embeds its exchange and serves one at a time. What the app does here while it is
 * called takes effect when the connection's turn ends (gateway/connection.h).
 */
#ifndef GATEWAY_EXCHANGE_H
#define GATEWAY_EXCHANGE_H

#include "gateway/edge.h"
#include "gateway/http_head.h"

struct connection;

struct exchange {
	void *data;
	void (*on_gone)(void *data);
	void (*on_writable)(struct exchange *x, void *data);
	void (*on_drain)(struct exchange *x, void *data);
	/* of a response in pieces */
	enum http_body_end body_end;
	bool omits_body; /* it answers HEAD, or its status has no body */
	bool is_full;    /* exchange_write has returned true */
};

/* Tells the app that the exchange is gone, if it has set on_gone. Within a turn, from the loop. */
void exchange_drop(struct connection *c);

/* The edge's own response to what is not a request; the connection ends with it. */
void exchange_refuse(struct connection *c, enum status st, const struct fail *why);

/* The edge's response to a request whose body has not come. If the connection may stay open, the
 * caller must drop the body. */
void exchange_refuse_head(struct connection *c, enum status st, const struct fail *why);

/* Little enough is unsent that the app may write again. */
void exchange_on_output_low(struct exchange *x);

/* In the edge's drain: calls on_drain, if it is set and not called yet. */
void exchange_report_drain(struct exchange *x);

#endif
