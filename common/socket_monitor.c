#include "common/socket_monitor.h"

#include <errno.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct monitor {
	void *watched, *events; /* the watched socket and the PAIR that receives its events */
	struct event *readable;
	monitor_change on_change;
	void *arg;
};

enum { EVENT_SIZE = 6 }; /* the first frame: an event of 16 bits and a value of 32 bits */

/* Sets *what to the event, or to 0 for the second frame of an event, an endpoint. */
static bool take_frame(struct monitor *m, uint16_t *what)
{
	int got;
	zmq_msg_t frame;
	zmq_msg_init(&frame);
	do
		got = zmq_msg_recv(&frame, m->events, ZMQ_DONTWAIT);
	while (got < 0 && errno == EINTR);
	*what = 0;
	if (got == EVENT_SIZE && zmq_msg_more(&frame))
		memcpy(what, zmq_msg_data(&frame), sizeof *what);
	zmq_msg_close(&frame);
	return got >= 0;
}

void monitor_read(struct monitor *m)
{
	size_t accepted = 0, lost = 0;
	uint16_t what;
	while (m && take_frame(m, &what)) {
		accepted += what == ZMQ_EVENT_ACCEPTED;
		lost += what == ZMQ_EVENT_DISCONNECTED;
	}
	if (accepted || lost)
		m->on_change(m->arg, accepted, lost);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	monitor_read(arg);
}

/* There is no high-water mark: at one, ZeroMQ's I/O thread would wait for us while monitor_free
 * waits for that thread. The number of events is limited by how fast connections can be made. */
static bool subscribe(struct monitor *m, void *context)
{
	static const int unlimited = 0, none = 0;
	char endpoint[64];
	(void)snprintf(endpoint, sizeof endpoint, "inproc://monitor-%p", m->watched);
	m->events = zmq_socket(context, ZMQ_PAIR);
	return m->events && zmq_setsockopt(m->events, ZMQ_RCVHWM, &unlimited, sizeof unlimited) == 0
	       && zmq_setsockopt(m->events, ZMQ_LINGER, &none, sizeof none) == 0
	       && zmq_socket_monitor(
			  m->watched, endpoint, ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED)
			  == 0
	       && zmq_connect(m->events, endpoint) == 0;
}

static bool watch(struct monitor *m, struct event_base *base)
{
	int fd;
	size_t size = sizeof fd;
	if (zmq_getsockopt(m->events, ZMQ_FD, &fd, &size) != 0)
		return false;
	m->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, m);
	return m->readable && event_add(m->readable, NULL) == 0;
}

enum status monitor_open(struct monitor **out, void *context, void *zmq, struct event_base *base,
	monitor_change on_change, void *arg, struct fail *why)
{
	struct monitor *m = calloc(1, sizeof *m);
	if (!m)
		return fail_set(why, ST_NO_MEMORY, "no memory for a monitor");
	m->watched = zmq;
	m->on_change = on_change;
	m->arg = arg;
	if (!subscribe(m, context) || !watch(m, base)) {
		enum status st =
			fail_set(why, ST_SYSTEM, "ZeroMQ monitor: %s", zmq_strerror(errno));
		monitor_free(&m);
		return st;
	}
	monitor_read(m); /* an edge may have passed already */
	*out = m;
	return ST_OK;
}

void monitor_free(struct monitor **monitor)
{
	struct monitor *m = *monitor;
	if (!m)
		return;
	*monitor = NULL;
	if (m->readable)
		event_free(m->readable);
	(void)zmq_socket_monitor(
		m->watched, NULL, 0); /* stop the events before their reader is closed */
	if (m->events)
		zmq_close(m->events);
	free(m);
}
