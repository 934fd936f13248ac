/*
 * connection: one client's connection, and the edge that it shares with others; internals of
 * gateway/edge.h.
 *
 * READING -> ANSWERING -> READING ... -> FLUSHING -> LINGERING -> closed
 *
 * Invariants:
 *   - Callbacks into the app run only within a turn.
 *   - A turn neither frees its connection nor hands up another request while the app is called.
 *     What the app does there takes effect when the turn ends.
 *   - on_gone is called from the loop, never from within a call of the app.
 */
#ifndef GATEWAY_CONNECTION_H
#define GATEWAY_CONNECTION_H

#include <event2/event_struct.h>
#include <sys/queue.h>

#include "gateway/admission.h"
#include "gateway/exchange.h"
#include "gateway/http_head.h"
#include "gateway/output.h"

struct bufferevent;
struct listener;

enum {
	EDGE_SPARES = 64, /* readers kept for the next request */
};

enum stage {
	STAGE_READING,    /* the next request: none, a part, or a whole one that waits its turn */
	STAGE_RESPONDING, /* the exchange is the app's */
	STAGE_FLUSHING,   /* the last answer is written: closes when it is sent */
	STAGE_LINGERING,  /* sent: drops what comes until the client closes as well */
};

enum deadline {
	DEADLINE_NONE,
	DEADLINE_NEXT_TURN,
	DEADLINE_FIRST,
	DEADLINE_IDLE,
	DEADLINE_HEAD,
	DEADLINE_BODY,
	DEADLINE_DRAIN,
	DEADLINE_LINGER,
	DEADLINE_COUNT
};

struct edge {
	struct event_base *base;
	struct edge_options options;
	struct edge_counts counts;
	struct listener *listener; /* NULL once it drains */
	LIST_HEAD(connection_list, connection) connections;
	/* libevent's common timeouts: equal ones share a queue */
	const struct timeval *deadlines[DEADLINE_COUNT];
	struct http_reader *spares[EDGE_SPARES];
	size_t spare_count;
	struct admission admission;
	struct outputs outputs;
	size_t bodies; /* bytes, of all requests in progress */
	struct buf scratch;
	time_t date_second; /* that `date` says */
	char date[HTTP_DATE_SIZE];
	bool is_draining;
	struct event *drained, *drain_limit;
	void (*on_drained)(void *arg);
	void *drained_arg;
};

struct connection {
	struct exchange exchange; /* first: a struct exchange * is a struct connection * */
	struct edge *edge;
	struct bufferevent *bev;
	struct http_reader *reader; /* NULL while nothing of a request has come */
	struct event timer;
	LIST_ENTRY(connection) others;
	struct output output;
	struct admission_seat seat;
	size_t body_counted; /* in edge->bodies */
	size_t dropped;      /* while lingering */
	enum stage stage;
	enum deadline deadline;      /* what the timer is for; none: it may be pending still */
	enum http_body_end body_end; /* of an answer in pieces */
	bool drops_body;             /* that answer is to HEAD */
	bool has_begun;              /* something of a first request has come */
	bool has_head;               /* reader->request says what came */
	bool drops_request;          /* it is answered: what is left of its body is dropped */
	bool is_last;                /* no request after this one */
	bool is_full;                /* exchange_write said so */
	bool has_ended;              /* the client sent FIN: it may still read */
	bool is_reading;             /* the loop waits for input */
	bool is_broken;              /* memory ran out amid an answer: the loop ends it */
	bool in_turn, is_dead;
};

/* Owns fd if it returns true. */
bool connection_open(struct edge *edge, int fd, const union address *from);

/* The client is gone, or is treated so: tells the app and closes. Not from within a turn. */
void connection_drop(struct connection *c);

/* The same, by RST: the client must not take what it has for a whole response. */
void connection_abort(struct connection *c);

/* Closes by RST: half an answer must not look like a whole one. */
void connection_reset(struct connection *c);

/* True: this is within another turn; pass it to connection_end_turn, which may free. */
bool connection_begin_turn(struct connection *c);
void connection_end_turn(struct connection *c, bool is_inner);

void connection_fail(struct connection *c); /* no memory for what is to be sent */

/* The edge's side. */
struct http_reader *edge_borrow_reader(struct edge *edge); /* NULL: no memory */
void edge_return_reader(struct edge *edge, struct http_reader **reader);
void edge_on_closed(struct edge *edge);

#endif
