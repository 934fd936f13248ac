/*
 * connection: one client's connection and its stages; internal to gateway/edge.h.
 *
 *	CONNECTED -> HEAD -> BODY -> RESPONDING -> IDLE -> HEAD ...     a request without a body skips BODY
 *	             HEAD -> DROPPING -> IDLE                           refused by its head
 *	any of these -> FLUSHING -> LINGERING -> CLOSED                 no request follows
 *	any of these -> FAILED -> CLOSED                                no memory amid a response
 *
 * The table in connection.c says what each stage does.
 *
 * Invariants:
 *   - Callbacks into the app run only within a turn.
 *   - A turn neither frees its connection nor dispatches another request while the app is called.
 *     What the app does there takes effect when the turn ends.
 *   - on_gone is called from the loop, never from within a call of the app.
 *   - `reader` is set in HEAD, BODY, DROPPING and RESPONDING only.
 *   - Nothing leaves CLOSED, and only CLOSED follows FAILED.
 */
#ifndef GATEWAY_CONNECTION_H
#define GATEWAY_CONNECTION_H

#include <event2/event_struct.h>
#include <sys/queue.h>

#include "gateway/edge_state.h"
#include "gateway/edge_transport.h"
#include "gateway/exchange.h"

enum stage {
	STAGE_CONNECTED,  /* nothing has come */
	STAGE_IDLE,       /* nothing of a next request has come */
	STAGE_HEAD,       /* a part of a head has come */
	STAGE_ACCEPTING,  /* the head is the app's: it reads the body or refuses it */
	STAGE_BODY,       /* the head is complete, the body is not */
	STAGE_DROPPING,   /* the request has its response, its body is dropped */
	STAGE_RESPONDING, /* the exchange is the app's */
	STAGE_FLUSHING,   /* the last response is put, not all of it is sent */
	STAGE_LINGERING,  /* all is sent: waits until the client closes, too */
	STAGE_FAILED,     /* memory ran out amid a response: the loop closes the connection */
	STAGE_CLOSED,     /* is freed when the turn ends */
	STAGE_COUNT
};

/* What happens to bytes that come. */
enum stage_input {
	INPUT_PARSED,
	INPUT_QUEUED, /* for the stage that follows; bounded */
	INPUT_DISCARDED,
};

struct connection {
	struct exchange exchange; /* first: a struct exchange * is a struct connection * */
	struct edge *edge;
	struct edge_transport transport;
	struct http_reader *reader;
	struct event timer;
	LIST_ENTRY(connection) others;
	struct output output;
	struct admission_seat seat;
	size_t body_counted; /* in edge->bodies */
	size_t discarded;    /* bytes, in STAGE_LINGERING */
	enum stage stage;
	enum deadline
		deadline; /* that the timer is set for; NONE: it may be pending, and means nothing */
	bool is_last;     /* no request follows this one */
	bool has_ended;   /* the client sent FIN: it may still read */
	bool in_turn;
};

/* Owns fd if it returns true. */
bool connection_open(struct edge *edge, int fd, const union address *from);

void connection_enter(struct connection *c, enum stage stage);
enum stage_input connection_input(const struct connection *c);

/* The client is gone, or no longer wanted: calls on_gone and frees. Not from within a turn. */
void connection_drop(struct connection *c);

/* The same, by RST: the client must not take what it has for a whole response. */
void connection_abort(struct connection *c);

/* Closes by RST without on_gone: half a response must not look like a whole one. */
void connection_reset(struct connection *c);

/* No memory for what is to be sent: the loop calls on_gone and closes by RST. */
void connection_fail(struct connection *c);

/* The app decides what happens next. */
bool connection_is_apps(const struct connection *c);

/* The loop gives it a turn. Not within one. */
void connection_take_turn_later(struct connection *c);

/* True: this is within another turn. Pass it to connection_end_turn, which may free. */
bool connection_begin_turn(struct connection *c);
void connection_end_turn(struct connection *c, bool is_inner);

#endif
