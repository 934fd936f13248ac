/*
 * descriptors: divides the file descriptors that the process may open.
 *
 * ZeroMQ aborts the process if it gets none, so a reserve is kept from HTTP connections: for files
 * and libraries, for the connections of workers and of RPC clients, each of which is limited
 * (common/socket_peers.h), and for connections that are accepted before the limit is noticed.
 *
 *	size_t limit = descriptors_raise();
 *	if (descriptors_share(limit, connections_max, &shares, &why) != ST_OK) ...
 */
#ifndef GATEWAY_DESCRIPTORS_H
#define GATEWAY_DESCRIPTORS_H

#include "common/status.h"

enum { DESCRIPTORS_MIN = 160 };

struct descriptors {
	size_t limit, reserve;
	size_t http_max;  /* HTTP connections */
	size_t peers_max; /* connections of workers, and as many of RPC clients */
};

/* Raises the soft limit to the hard limit, at most to a million. Returns the new limit. */
size_t descriptors_raise(void);

/* ST_SYSTEM: the limit is below DESCRIPTORS_MIN. */
enum status descriptors_share(
	size_t limit, size_t connections_max, struct descriptors *out, struct fail *why) MUST_CHECK;

#endif
