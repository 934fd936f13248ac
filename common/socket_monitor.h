/*
 * socket_monitor: tells which connections a socket has got and lost (zmq_socket_monitor(3)); a third
 * door into the one room of zmq.h, opened by socket.c and socket_peers.c only.
 *
 * ZeroMQ connects again by itself and says nothing of it on the socket: who was asked for
 * something over the former connection would not know that nobody waits for it any more.
 */
#ifndef COMMON_SOCKET_MONITOR_H
#define COMMON_SOCKET_MONITOR_H

#include "common/status.h"

#include <zmq.h>

struct event_base;
struct monitor;

/* So many connections were accepted and lost since the last call. */
typedef void (*monitor_change)(void *arg, size_t accepted, size_t lost);

/* Watches `zmq`, which is not connected or bound yet. on_news runs from the loop and
 * monitor_read. */
enum status monitor_open(struct monitor **out, void *context, void *zmq, struct event_base *base,
	monitor_change on_news, void *arg, struct fail *why) MUST_CHECK;

/* Tells at once what has happened already; accepts NULL. */
void monitor_read(struct monitor *m);

void monitor_free(struct monitor **m); /* before its socket; accepts NULL inside */

#endif
