/*
 * socket_monitor: tells when a connecting socket has lost its connection (zmq_socket_monitor(3));
 * a third door into the one room of zmq.h, opened by socket.c only.
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

typedef void (*monitor_lost)(void *arg);

/* Watches `zmq`, which is not connected yet. on_lost runs from the loop and monitor_look. */
enum status monitor_open(struct monitor **out, void *context, void *zmq, struct event_base *base,
	monitor_lost on_lost, void *arg, struct fail *why) MUST_CHECK;

/* Tells at once what has happened already; accepts NULL. */
void monitor_look(struct monitor *m);

void monitor_free(struct monitor **m); /* before its socket; accepts NULL inside */

#endif
