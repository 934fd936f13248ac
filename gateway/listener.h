/*
 * listener: the TCP socket that connections come from.
 *
 * Hands up connected sockets: non-blocking, closed on exec, without Nagle's delay, with TCP
 * keep-alive. What is paused stays in the kernel's queue. When the process or the system is out
 * of descriptors or memory it pauses by itself and tries again after 100 ms, or at once on
 * listener_resume.
 *
 *	st = listener_open(&listener, base, "127.0.0.1", 22112, on_accept, arg, &why);
 */
#ifndef GATEWAY_LISTENER_H
#define GATEWAY_LISTENER_H

#include "common/status.h"

struct event_base;
struct listener;

/* Owns fd from then on. May pause the listener, not free it. */
typedef void listener_on_accept(int fd, void *arg);

/* With SO_REUSEPORT; on the socket that systemd passed where there is one (LISTEN_FDS and
 * LISTEN_PID, sd_listen_fds(3); the variables are removed, so that it is taken once). ST_SYSTEM
 * with address, port and reason. */
enum status listener_open(struct listener **out, struct event_base *base, const char *host,
	int port, listener_on_accept *on_accept, void *arg, struct fail *why) MUST_CHECK;

int listener_port(const struct listener *l); /* 0 where it is no Internet socket */
void listener_pause(struct listener *l);
void listener_resume(struct listener *l); /* also when it is not paused */
void listener_free(struct listener **l);

#endif
