/*
 * descriptors: how the gateway shares out the file descriptors that the system allows it.
 *
 * ZeroMQ aborts the process when it can't have one, so a reserve is kept from HTTP connections:
 * for files and what libraries open, for the connections of workers and of RPC clients, each of
 * which is bounded (common/socket_peers.h), and for those that come before the bound is seen.
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
	size_t http_max;  /* connections */
	size_t peers_max; /* of workers, and as many of RPC clients */
};

/* Raises the soft limit to the hard one, to a million at most. Returns the limit. */
size_t descriptors_raise(void);

/* ST_SYSTEM: the limit is below DESCRIPTORS_MIN. */
enum status descriptors_share(
	size_t limit, size_t connections_max, struct descriptors *out, struct fail *why) MUST_CHECK;

#endif
