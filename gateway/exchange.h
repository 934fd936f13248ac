/*
 * exchange: one request and its response; internal to gateway/edge.h, which declares the calls of
 * the app.
 *
 * A connection embeds one exchange at a time. What the app does while it is called takes effect
 * when the connection's turn ends (gateway/connection.h).
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
	bool omits_body; /* to HEAD, or the status has no body */
	bool is_full;    /* exchange_write has returned true */
};

/* Calls on_gone, if it is set. Within a turn, from the loop. */
void exchange_drop(struct connection *c);

/* Puts the edge's own response; the connection ends with it. */
void exchange_refuse(struct connection *c, enum status st, const struct fail *why);

/* Puts the edge's own response to a request whose body has not come. Unless c->is_last, the caller
 * must drop the body. */
void exchange_refuse_head(struct connection *c, enum status st, const struct fail *why);

/* Calls on_writable, if the app waits for it. */
void exchange_on_output_low(struct exchange *x);

/* Calls on_drain, if it is set and not called yet. While the edge drains. */
void exchange_report_drain(struct exchange *x);

#endif
