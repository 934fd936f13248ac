/*
 * listener: accepts TCP connections.
 *
 * Accepted sockets are non-blocking and closed on exec, without Nagle's delay, with TCP keep-alive.
 * While has_room and make_room return false, or the process or the system has no descriptor or
 * memory left, connections stay in the kernel's queue. The listener tries again after 100 ms, or at
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
	const char *passed_name;      /* for passed_take */
	bool is_exclusive;            /* no other socket may have the port: without SO_REUSEPORT */
	bool (*has_room)(void *arg);  /* whether to accept a connection */
	bool (*make_room)(void *arg); /* for a connection that waits */
	void (*on_accept)(int fd, const union address *from, void *arg); /* must close fd */
	void *arg;
};

/* Binds with SO_REUSEPORT, unless it is exclusive. If systemd has passed a socket of this name
 * (gateway/passed.h), takes and listens on that instead. ST_SYSTEM with address, port and
 * reason. */
enum status listener_open(struct listener **out, struct event_base *base,
	const struct listener_options *options, struct fail *why) MUST_CHECK;

/* The bound address. */
union address listener_address(const struct listener *l);

void listener_resume(struct listener *l); /* does nothing if it is not paused */
void listener_free(struct listener **l);

#endif
