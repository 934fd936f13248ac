/*
 * socket_peers: counts the connections of a bound socket, and bounds them; a fourth door into the
 * one room of zmq.h, opened by socket.c only.
 *
 * ZeroMQ accepts without a limit, and its ipc:// listener aborts the process when there is no
 * descriptor. So the Unix socket is renamed to PATH.full while `max` connections are open: what has
 * connected stays, others find no socket and try again, as ZeroMQ's clients do. (Unbinding would
 * end the connections, too.) ZeroMQ accepts on a thread of its own, so a flood can pass the bound
 * by what comes until the loop sees it: keep descriptors for that. A tcp:// endpoint has no bound:
 * its connections are only counted.
 */
#ifndef COMMON_SOCKET_PEERS_H
#define COMMON_SOCKET_PEERS_H

#include "common/status.h"

struct event_base;
struct socket_peers;

/* Before the bind; max 0: no bound. */
enum status socket_peers_open(struct socket_peers **out, void *context, void *zmq,
	struct event_base *base, size_t max, struct fail *why) MUST_CHECK;

/* After the bind. The endpoint is borrowed for as long as it lives. */
void socket_peers_bound(struct socket_peers *p, const char *endpoint);

/* As of the loop's last look. Accepts NULL. */
size_t socket_peers_count(const struct socket_peers *p);

void socket_peers_free(struct socket_peers **p); /* before its socket; accepts NULL inside */

#endif
