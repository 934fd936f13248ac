#include "common/service.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static const int stop_signals[] = { SIGTERM, SIGINT, SIGHUP };

enum { STOP_SIGNALS = sizeof stop_signals / sizeof *stop_signals };

struct service {
	struct event_base *base;
	void (*on_stop)(void *arg);
	void (*on_reload)(void *arg); /* NULL: SIGHUP stops the service */
	void *arg;
	struct event *signals[STOP_SIGNALS];
	struct event *watchdog;
	struct event *drain_limit;
	bool stopping, done;
};

uint64_t service_now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t service_now_ms(void)
{
	return service_now_us() / 1000;
}

/* The protocol of sd_notify(3): one datagram of NAME=VALUE lines; '@' is the abstract namespace. A
 * failure is ignored: the service runs without systemd, too. */
static void notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t len = path ? strlen(path) : 0;
	if (len < 2 || len > sizeof to.sun_path || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(to.sun_path, path, len);
	if (path[0] == '@')
		to.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&to,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	close(fd);
}

static void on_watchdog(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	notify("WATCHDOG=1");
}

static void on_drain_limit(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	event_base_loopbreak(((struct service *)arg)->base);
}

static void on_signal(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	struct service *s = arg;
	if (fd == SIGHUP && s->on_reload) { /* the fd of a signal event is the signal number */
		s->on_reload(s->arg);
		return;
	}
	if (s->stopping) {
		event_base_loopbreak(s->base);
		return;
	}
	s->stopping = true;
	char state[64];
	(void)snprintf(state, sizeof state, "STOPPING=1\nEXTEND_TIMEOUT_USEC=%d000",
		SERVICE_DRAIN_MAX_MS + 5000);
	notify(state);
	static const struct timeval limit = { .tv_sec = SERVICE_DRAIN_MAX_MS / 1000 };
	event_add(s->drain_limit, &limit);
	s->on_stop(s->arg);
}

/* The changelist saves an epoll_ctl for each change that is reverted in the same turn. */
static struct event_base *base_new(void)
{
	struct event_config *config = event_config_new();
	if (!config)
		return NULL;
	event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
	struct event_base *base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

static enum status add_signals(struct service *s)
{
	for (int i = 0; i < STOP_SIGNALS; i++) {
		s->signals[i] = evsignal_new(s->base, stop_signals[i], on_signal, s);
		if (!s->signals[i] || event_add(s->signals[i], NULL) != 0)
			return ST_NO_MEMORY;
	}
	s->drain_limit = evtimer_new(s->base, on_drain_limit, s);
	s->watchdog = event_new(s->base, -1, EV_PERSIST, on_watchdog, s);
	return s->drain_limit && s->watchdog ? ST_OK : ST_NO_MEMORY;
}

enum status service_open(
	struct service **out, void (*on_stop)(void *arg), void *arg, struct fail *why)
{
	struct service *s = calloc(1, sizeof *s);
	enum status st = ST_NO_MEMORY;
	if (!s)
		return fail_wrap(why, st, "start the service");
	s->on_stop = on_stop;
	s->arg = arg;
	(void)signal(SIGPIPE, SIG_IGN);
	s->base = base_new();
	if (!s->base) {
		st = fail_set(why, ST_SYSTEM, "no event loop: %s", strerror(errno));
		goto failed;
	}
	st = add_signals(s);
	if (st != ST_OK)
		goto failed;
	*out = s;
	return ST_OK;

failed:
	service_free(&s);
	return fail_wrap(why, st, "start the service");
}

void service_on_reload(struct service *s, void (*on_reload)(void *arg))
{
	s->on_reload = on_reload;
}

struct event_base *service_base(struct service *s)
{
	return s->base;
}

/* Half of the interval that systemd allows. WATCHDOG_PID is the process that systemd watches. */
static void start_watchdog(struct service *s)
{
	const char *every = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	long long us = every ? strtoll(every, NULL, 10) / 2 : 0;
	if (us <= 0 || (pid && strtoll(pid, NULL, 10) != getpid()))
		return;
	const struct timeval period = { us / 1000000, us % 1000000 };
	event_add(s->watchdog, &period);
}

void service_ready(struct service *s)
{
	notify("READY=1");
	start_watchdog(s);
}

void service_set_status(struct service *s, const char *text)
{
	(void)s;
	char state[256];
	(void)snprintf(state, sizeof state, "STATUS=%.200s", text);
	notify(state);
}

int service_run(struct service *s)
{
	int outcome = event_base_loop(s->base, EVLOOP_NO_EXIT_ON_EMPTY);
	return outcome == 0 && s->done ? 0 : SERVICE_EXIT_FAILED;
}

void service_stop(struct service *s)
{
	s->done = true;
	event_base_loopexit(s->base, NULL);
}

bool service_is_stopping(const struct service *s)
{
	return s->stopping;
}

static void free_event(struct event *ev)
{
	if (ev)
		event_free(ev);
}

void service_free(struct service **service)
{
	struct service *s = *service;
	if (!s)
		return;
	*service = NULL;
	for (int i = 0; i < STOP_SIGNALS; i++)
		free_event(s->signals[i]);
	free_event(s->watchdog);
	free_event(s->drain_limit);
	if (s->base)
		event_base_free(s->base);
	free(s);
}
