#include "gateway/listener.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/passed.h"

enum { BACKLOG = 4096, ACCEPTS_PER_TURN = 64, PAUSE_MS = 100 };

/* Not an evconnlistener: after it is disabled, it accepts until the queue is empty, above any
 * limit. */
struct listener {
	int fd;
	bool is_paused;
	struct event *readable, *retry; /* retry is pending while it is paused */
	struct listener_options options;
};

static bool is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static void pause_accepting(struct listener *l)
{
	static const struct timeval wait = { 0, PAUSE_MS * 1000L };
	event_del(l->readable);
	evtimer_add(l->retry, &wait);
	l->is_paused = true;
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	listener_resume(arg);
}

/* Only for a connection that waits, because another one is closed for it. */
static bool make_room(struct listener *l)
{
	struct pollfd waiting = { .fd = l->fd, .events = POLLIN };
	if (poll(&waiting, 1, 0) <= 0)
		return false;
	if (l->options.make_room(l->options.arg))
		return true;
	pause_accepting(l);
	return false;
}

/* Any other error concerns one connection, which is gone already. */
static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	struct listener *l = arg;
	const struct listener_options *o = &l->options;
	for (int i = 0; i < ACCEPTS_PER_TURN && !l->is_paused; i++) {
		union address from = { .any.sa_family = AF_UNSPEC };
		socklen_t len = sizeof from;
		if (!o->has_room(o->arg) && !make_room(l))
			break;
		int accepted = accept4(fd, &from.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (accepted >= 0)
			o->on_accept(accepted, &from, o->arg);
		else if (errno == EAGAIN)
			break;
		else if (is_shortage(errno))
			pause_accepting(l);
	}
}

void listener_resume(struct listener *l)
{
	if (!l->is_paused)
		return;
	event_del(l->retry);
	event_add(l->readable, NULL);
	l->is_paused = false;
}

static enum status fail_errno(struct fail *why, const char *what)
{
	return fail_set(why, ST_SYSTEM, "%s: %s", what, strerror(errno));
}

static enum status check_passed(int fd, struct fail *why)
{
	int is_listening = 0;
	socklen_t len = sizeof is_listening;
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &len) != 0)
		return fail_errno(why, "the socket that systemd passed");
	if (!is_listening)
		return fail_set(why, ST_SYSTEM, "the socket that systemd passed does not listen");
	if (evutil_make_socket_nonblocking(fd) != 0 || evutil_make_socket_closeonexec(fd) != 0)
		return fail_errno(why, "the socket that systemd passed");
	return ST_OK;
}

static int bind_one(const struct addrinfo *at, bool is_exclusive)
{
	static const int on = 1;
	const int is_shared = !is_exclusive;
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0
		&& setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &is_shared, sizeof is_shared) == 0
		&& bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

static enum status bind_any(int *out, const struct listener_options *options, struct fail *why)
{
	struct addrinfo *found = NULL;
	struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM };
	char service[16];
	(void)snprintf(service, sizeof service, "%d", options->port);
	int error = getaddrinfo(options->host, service, &hints, &found);
	if (error != 0)
		return fail_set(why, ST_SYSTEM, "%s",
			error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error));
	int fd = -1;
	for (const struct addrinfo *at = found; at && fd < 0; at = at->ai_next)
		fd = bind_one(at, options->is_exclusive);
	error = errno;
	freeaddrinfo(found);
	if (fd < 0)
		return fail_set(why, ST_SYSTEM, "%s", strerror(error));
	*out = fd;
	return ST_OK;
}

/* Without a limit the kernel takes megabytes that a client does not read, and the gateway would
 * read pages of a list for nobody. Bytes on their way to the client do not count. */
enum { KERNEL_UNSENT = 128 << 10 };

/* On Linux an accepted socket inherits these, which saves three calls for each. */
static void set_inherited_options(int fd)
{
	static const int on = 1, unsent = KERNEL_UNSENT;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

static enum status open_socket(int *out, const struct listener_options *options, struct fail *why)
{
	int passed = passed_take(options->passed_name);
	if (passed >= 0) {
		enum status st = check_passed(passed, why);
		if (st == ST_OK)
			*out = passed;
		return st;
	}
	enum status st = bind_any(out, options, why);
	if (st != ST_OK && why) {
		struct fail reason = *why;
		return fail_set(why, st, "cannot listen on %s port %d: %.300s",
			options->host ? options->host : "any address", options->port,
			fail_text(&reason, st));
	}
	return st;
}

enum status listener_open(struct listener **out, struct event_base *base,
	const struct listener_options *options, struct fail *why)
{
	struct listener *l = calloc(1, sizeof *l);
	if (!l)
		return ST_NO_MEMORY;
	*l = (struct listener){ .fd = -1, .options = *options };
	enum status st = open_socket(&l->fd, options, why);
	if (st != ST_OK)
		goto failed;
	set_inherited_options(l->fd);
	st = ST_NO_MEMORY;
	l->retry = evtimer_new(base, on_retry, l);
	l->readable = event_new(base, l->fd, EV_READ | EV_PERSIST, on_readable, l);
	if (!l->retry || !l->readable || event_add(l->readable, NULL) != 0)
		goto failed;
	*out = l;
	return ST_OK;

failed:
	listener_free(&l); /* copes with half-built objects */
	return st;
}

union address listener_address(const struct listener *l)
{
	union address at = { .any.sa_family = AF_UNSPEC };
	socklen_t len = sizeof at;
	if (getsockname(l->fd, &at.any, &len) != 0)
		at.any.sa_family = AF_UNSPEC;
	return at;
}

void listener_free(struct listener **listener)
{
	struct listener *l = *listener;
	*listener = NULL;
	if (!l)
		return;
	if (l->readable)
		event_free(l->readable);
	if (l->retry)
		event_free(l->retry);
	if (l->fd >= 0)
		close(l->fd);
	free(l);
}
