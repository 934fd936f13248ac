/*
 * edge_state: what all connections of an edge share; internal to gateway/edge.h.
 */
#ifndef GATEWAY_EDGE_STATE_H
#define GATEWAY_EDGE_STATE_H

#include <sys/queue.h>

#include "gateway/admission.h"
#include "gateway/edge.h"
#include "gateway/edge_transport.h"
#include "gateway/http_head.h"
#include "gateway/output.h"

struct connection;
struct event;
struct listener;

enum {
	EDGE_SPARES = 512, /* readers that are kept for the next requests */
};

/* What ends a stage of a connection (gateway/connection.c). */
enum deadline {
	DEADLINE_NONE,
	DEADLINE_NEXT_TURN, /* not a limit: the loop calls at once */
	DEADLINE_FIRST,
	DEADLINE_IDLE,
	DEADLINE_HEAD,
	DEADLINE_BODY,
	DEADLINE_QUIET, /* of a client in a drain, before its next request */
	DEADLINE_DRAIN,
	DEADLINE_LINGER,
	DEADLINE_COUNT
};

struct edge {
	struct event_base *base;
	struct edge_options options;
	struct edge_counts counts;
	struct listener *listener; /* NULL once the edge drains */
	LIST_HEAD(connection_list, connection) connections;
	uint64_t deadlines_ms[DEADLINE_COUNT];
	struct http_reader *spares[EDGE_SPARES];
	size_t spare_count;
	struct admission admission;
	struct outputs outputs;
	struct edge_transports transports;
	size_t bodies;      /* bytes of all requests in progress */
	time_t date_second; /* the time in `date` */
	char date[HTTP_DATE_SIZE];
	bool is_draining;
	struct event *drained, *drain_limit;
	void (*on_drained)(void *arg);
	void *drained_arg;
};

struct http_reader *edge_borrow_reader(struct edge *edge); /* NULL: no memory */
void edge_return_reader(struct edge *edge, struct http_reader **reader);

/* After a connection has left `connections`. */
void edge_on_closed(struct edge *edge);

#endif
