/*
 * connection: one client's connection and its stages; internal to gateway/edge.h.
 *
 *	CONNECTED -> HEAD -> RESPONDING -> IDLE -> HEAD ...
 *	HEAD -> ACCEPTING -> BODY -> RESPONDING         a request with a body
 *	        ACCEPTING -> DROPPING -> IDLE           whose body the app refuses
 *	any of these -> FLUSHING -> LINGERING -> CLOSED no request follows
 *	any of these -> FAILED -> CLOSED                no memory amid a response
 *
 * stage_table in connection.c says what each stage does.
 *
 * Invariants:
 *   - Callbacks into the app run only within a turn.
 *   - While the app is called, its connection is not freed and dispatches no other request. What
 *     the app does there takes effect when the turn ends.
 *   - on_gone is called from the loop, never within a call of the app.
 *   - `reader` is set from HEAD to RESPONDING, and in CONNECTED and IDLE once empty lines have
 *     come, which it counts; in no other stage.
 *   - Nothing follows CLOSED, and only CLOSED follows FAILED.
 */
#ifndef GATEWAY_CONNECTION_H
#define GATEWAY_CONNECTION_H

#include <event2/event_struct.h>
#include <sys/queue.h>

#include "gateway/edge_state.h"
#include "gateway/edge_transport.h"
#include "gateway/exchange.h"

enum stage {
	STAGE_CONNECTED,  /* nothing of the first request has come */
	STAGE_IDLE,       /* nothing of the next request has come */
	STAGE_HEAD,       /* a part of a head has come */
	STAGE_ACCEPTING,  /* the app decides whether to read the body */
	STAGE_BODY,       /* the head is complete, the body is not */
	STAGE_DROPPING,   /* the request has its response, the rest of its body is dropped */
	STAGE_RESPONDING, /* the app responds */
	STAGE_FLUSHING,   /* the last response is not sent whole */
	STAGE_LINGERING,  /* all is sent: waits until the client closes, too */
	STAGE_FAILED,     /* the loop closes the connection */
	STAGE_CLOSED,     /* freed when the turn ends */
	STAGE_COUNT
};

/* What happens to bytes that come. */
enum stage_input {
	INPUT_PARSED,
	INPUT_QUEUED, /* for the next stage, up to a limit */
	INPUT_DISCARDED,
};

struct connection {
	struct exchange exchange; /* first: a struct exchange * is a struct connection * */
	struct edge *edge;
	union address peer;
	struct edge_transport transport;
	struct http_reader *reader;
	struct event timer;
	LIST_ENTRY(connection) others;
	struct output output;
	struct admission_entry admission;
	void *app_data;      /* of exchange_connection_data */
	size_t body_counted; /* in edge->bodies */
	size_t discarded;    /* bytes, in STAGE_LINGERING */
	enum stage stage;
	enum deadline deadline;
	uint64_t due_ms;   /* when the deadline ends; NONE: means nothing */
	uint64_t timer_ms; /* when the timer expires, often before that; 0: it is not pending */
	bool is_last;      /* no request follows this one */
	bool has_ended;    /* the client sent FIN; it may still read */
	bool in_turn;
};

/* Owns fd if it returns true. */
bool connection_open(struct edge *edge, int fd, const union address *from);

void connection_enter(struct connection *c, enum stage stage);
enum stage_input connection_input(const struct connection *c);
bool connection_awaits_app(const struct connection *c); /* the app must act next */

/* Calls on_gone and frees. Not within a turn. */
void connection_drop(struct connection *c);

/* The same with RST, if the client could take what it has for a whole response. */
void connection_abort(struct connection *c);

/* Closes with RST, without on_gone. */
void connection_reset(struct connection *c);

/* No memory for what must be sent: the loop calls on_gone and closes with RST. */
void connection_fail(struct connection *c);

/* Makes the loop run a turn. Not within a turn. */
void connection_take_turn_later(struct connection *c);

/* Returns true within another turn. Pass it to connection_end_turn, which may free. */
bool connection_begin_turn(struct connection *c);
void connection_end_turn(struct connection *c, bool is_inner);

#endif
