/*
 * admission: limits the connections, in all and of one address, and chooses the connection that
 * makes room for another; internal to gateway/edge.h.
 *
 * A connection is idle while nothing of a request has come and nothing is unsent. Only an idle
 * connection makes room for another: the one that has been idle longest. It must have been idle for
 * ADMISSION_MIN_IDLE_MS, so that new connections do not drive out each other.
 *
 * A group of addresses (gateway/address.h) has at most a share of the connections. Clients on this
 * machine have no share, because all clients of a reverse proxy come from one address.
 *
 *	if (!admission_has_room(&edge->admission) && !admission_make_room(&edge->admission))
 *		...                                                   before accept: do not accept
 *	if (!admission_enter(&edge->admission, c, &from)) ...         after accept: close it
 *	admission_set_idle(&edge->admission, c, false);               when a request begins
 *	admission_set_idle(&edge->admission, c, is_idle);             at the end of a turn
 *	admission_leave(&edge->admission, c);
 */
#ifndef GATEWAY_ADMISSION_H
#define GATEWAY_ADMISSION_H

#include <stdint.h>
#include <sys/queue.h>

#include "gateway/address.h"
#include "gateway/edge_counts.h"

struct admission_group;
struct connection;

enum { ADMISSION_MIN_IDLE_MS = 200 };

TAILQ_HEAD(admission_list, connection);

/* Of one connection. */
struct admission_entry {
	struct admission_group *group;               /* NULL: no share */
	TAILQ_ENTRY(connection) link, link_in_group; /* while it is idle */
	uint64_t idle_ms;                            /* when it became idle */
	bool is_idle;
};

/* Of an edge. */
struct admission {
	struct edge_counts *counts;
	size_t max;       /* connections */
	size_t share_max; /* connections of a group; 0: no limit */
	uint64_t min_idle_ms;
	struct admission_list idle;                 /* idle for longest first */
	void *groups;                               /* tsearch(3) */
	void (*on_make_room)(struct connection *c); /* closes it, with admission_leave */
};

void admission_open(struct admission *a);

bool admission_has_room(const struct admission *a);

/* Closes the connection that has been idle longest. False: none has been idle long enough. */
bool admission_make_room(struct admission *a);

/* False: the group's share is used up and no connection of the group can make room, or there is no
 * memory. The connection has not entered then and must not leave. */
bool admission_enter(struct admission *a, struct connection *c, const union address *from);
void admission_leave(struct admission *a, struct connection *c);
void admission_set_idle(struct admission *a, struct connection *c, bool is_idle);

#endif
