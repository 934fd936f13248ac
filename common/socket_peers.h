/*
 * socket_peers: counts and limits the connections of a bound socket. Only socket.c includes it.
 *
 * ZeroMQ accepts without a limit, and its ipc:// listener aborts the process when no descriptor is
 * left. So the Unix socket is renamed to PATH.full while `max` connections are open. Connected
 * peers stay; others find no socket and try again, as ZeroMQ's clients do. (Unbinding would end the
 * connections, too.) ZeroMQ accepts on its own thread, so connections that arrive before the loop
 * notices can exceed the limit: reserve descriptors for them. Connections to a tcp:// endpoint are
 * counted but not limited.
 */
#ifndef COMMON_SOCKET_PEERS_H
#define COMMON_SOCKET_PEERS_H

#include "common/status.h"

struct event_base;
struct socket_peers;

/* Call it before the bind. max 0: no limit. */
enum status socket_peers_open(struct socket_peers **out, void *context, void *zmq,
	struct event_base *base, size_t max, struct fail *why) MUST_CHECK;

/* Call it after the bind, with the bound endpoint. */
void socket_peers_bound(struct socket_peers *p, const char *endpoint);

/* The count that the loop last read. Accepts NULL. */
size_t socket_peers_count(const struct socket_peers *p);

void socket_peers_free(
	struct socket_peers **p); /* before its socket is closed; accepts NULL inside */

#endif
