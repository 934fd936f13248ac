/*
 * socket_monitor: reports connections that a socket accepted and lost (zmq_socket_monitor(3)). Only
 * socket.c and socket_peers.c include it.
 *
 * ZeroMQ reconnects by itself and does not report it on the socket. A worker needs to know: nobody
 * waits any more for requests that came over the former connection.
 */
#ifndef COMMON_SOCKET_MONITOR_H
#define COMMON_SOCKET_MONITOR_H

#include "common/status.h"

#include <zmq.h>

struct event_base;
struct monitor;

/* The numbers of connections accepted and lost since the last call. */
typedef void (*monitor_change)(void *arg, size_t accepted, size_t lost);

/* Watches `zmq`, which must not be connected or bound yet. on_change runs from the loop and from
 * monitor_read. */
enum status monitor_open(struct monitor **out, void *context, void *zmq, struct event_base *base,
	monitor_change on_change, void *arg, struct fail *why) MUST_CHECK;

/* Reports now what has happened already; accepts NULL. */
void monitor_read(struct monitor *m);

void monitor_free(struct monitor **m); /* before its socket is closed; accepts NULL inside */

#endif
