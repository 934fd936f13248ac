/*
 * listener: the TCP socket that connections come from.
 *
 * Hands up connected sockets: non-blocking, closed on exec, without Nagle's delay, with TCP
 * keep-alive. While no connection may be accepted, or the process or the system is out of descriptors
 * or memory, connections stay in the kernel's queue. The listener tries again after 100 ms, or at
 * once on listener_resume.
 *
 *	struct listener_options options = { .host = "127.0.0.1", .port = 22112,
 *		.has_room = has_room, .make_room = make_room, .on_accept = on_accept,
 *		.arg = edge };
 *	st = listener_open(&listener, base, &options, &why);
 */
#ifndef GATEWAY_LISTENER_H
#define GATEWAY_LISTENER_H

#include "common/status.h"
#include "gateway/address.h"

struct event_base;
struct listener;

/* The callbacks must not free the listener. */
struct listener_options {
	const char *host;
	int port;
	bool (*has_room)(void *arg);  /* may a connection be accepted now? */
	bool (*make_room)(void *arg); /* for one that waits; false: it can't now */
	void (*on_accept)(int fd, const union address *from, void *arg); /* takes fd */
	void *arg;
};

/* With SO_REUSEPORT; on the socket that systemd passed where there is one (LISTEN_FDS and
 * LISTEN_PID, sd_listen_fds(3); the variables are removed, so that it is taken once). ST_SYSTEM
 * with address, port and reason. */
enum status listener_open(struct listener **out, struct event_base *base,
	const struct listener_options *options, struct fail *why) MUST_CHECK;

/* What it is bound to. */
union address listener_address(const struct listener *l);

void listener_resume(struct listener *l); /* also when it is not paused */
void listener_free(struct listener **l);

#endif
