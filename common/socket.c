#include "common/ipc_path.h"
#include "common/socket_inside.h"
#include "common/socket_monitor.h"
#include "common/socket_peers.h"
#include "common/socket_zap.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	HEARTBEAT_MS = 500,
	HEARTBEAT_TIMEOUT_MS = 2000,
	HANDSHAKE_MS = 2000,
	KEEPALIVE_S = 5,
	UNACKNOWLEDGED_MS = 15000, /* TCP then drops a peer that is gone or does not read */
	RECONNECT_MS = 50,
	RECONNECT_MAX_MS = 1000,
	FRAME_SLACK = 64, /* for the bytes that CURVE adds to a body */
};

struct socket_hub {
	const struct curve *curve; /* NULL: no keys */
	struct zap *zap;
	void *context;
	struct event_base *base;
};

enum status socket_hub_open(struct socket_hub **out, struct event_base *base, struct fail *why)
{
	struct socket_hub *hub = calloc(1, sizeof *hub);
	if (!hub)
		return fail_set(why, ST_NO_MEMORY, "no memory for ZeroMQ");
	hub->base = base;
	hub->context = zmq_ctx_new();
	if (!hub->context) {
		free(hub);
		return fail_set(why, ST_SYSTEM, "no ZeroMQ context: %s", zmq_strerror(errno));
	}
	*out = hub;
	return ST_OK;
}

enum status socket_hub_secure(
	struct socket_hub *hub, const struct socket_security *security, struct fail *why)
{
	hub->curve = security->curve;
	if (!curve_has_clients(hub->curve))
		return ST_OK;
	return zap_open(&hub->zap, hub->context, hub->base, security, why);
}

void socket_hub_free(struct socket_hub **hub)
{
	if (!*hub)
		return;
	zap_free(&(*hub)->zap);
	while (zmq_ctx_term((*hub)->context) != 0 && errno == EINTR)
		;
	free(*hub);
	*hub = NULL;
}

static enum status set_options(struct socket *s)
{
	int high_water = s->options.high_water ? s->options.high_water : SOCKET_HIGH_WATER;
	bool has_mark = s->options.receive_high_water > 0;
	/* ZeroMQ ends a connection whose frame is larger, before it reads the frame. The limit
	 * applies to each frame, not to their sum, and before the handshake, too. */
	int64_t frame_max = (int64_t)s->max_body + FRAME_SLACK;
	const struct {
		int option, value;
	} ints[] = {
		{ ZMQ_LINGER, 0 },
		{ ZMQ_SNDHWM, high_water },
		{ ZMQ_RCVHWM, has_mark ? s->options.receive_high_water : high_water },
		{ ZMQ_HEARTBEAT_IVL, has_mark ? 0 : HEARTBEAT_MS },
		{ ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS },
		{ ZMQ_TCP_KEEPALIVE, 1 },
		{ ZMQ_TCP_KEEPALIVE_IDLE, KEEPALIVE_S },
		{ ZMQ_TCP_KEEPALIVE_INTVL, KEEPALIVE_S },
		{ ZMQ_TCP_KEEPALIVE_CNT, 3 },
		{ ZMQ_TCP_MAXRT, UNACKNOWLEDGED_MS },
		{ ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS },
		/* not always on: it would turn 127.0.0.1 into ::ffff:127.0.0.1 */
		{ ZMQ_IPV6, strchr(s->options.endpoint, '[') != NULL },
		/* a DEALER must not queue messages for a connection that does not exist yet */
		{ ZMQ_IMMEDIATE, 1 },
		{ ZMQ_RECONNECT_IVL, RECONNECT_MS },
		{ ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS },
	};
	for (size_t i = 0; i < sizeof ints / sizeof *ints; i++)
		if (zmq_setsockopt(s->zmq, ints[i].option, &ints[i].value, sizeof ints[i].value)
			!= 0)
			return ST_SYSTEM;
	if (zmq_setsockopt(s->zmq, ZMQ_MAXMSGSIZE, &frame_max, sizeof frame_max) != 0)
		return ST_SYSTEM;
	static const int on = 1;
	if (s->options.router && zmq_setsockopt(s->zmq, ZMQ_ROUTER_MANDATORY, &on, sizeof on) != 0)
		return ST_SYSTEM;
	return ST_OK;
}

static enum status prepare_bind(struct socket *s, struct fail *why)
{
	const char *endpoint = s->options.endpoint;
	enum ipc_guard guard = s->options.role == CURVE_WORKER ? IPC_FOR_WORKERS : IPC_FOR_CLIENTS;
	enum status st = ipc_path_prepare(endpoint, guard, why);
	if (st != ST_OK)
		return fail_wrap(why, st, "bind");
	if (ipc_path_is_taken(endpoint))
		return fail_set(
			why, ST_SYSTEM, "bind %.200s: another process listens there", endpoint);
	return ST_OK;
}

static enum status attach(struct socket *s, struct fail *why)
{
	const char *endpoint = s->options.endpoint;
	bool bind = s->options.bind;
	enum status st = bind ? prepare_bind(s, why) : ST_OK;
	if (st != ST_OK)
		return st;
	/* The group of the directory may connect. No other thread creates files meanwhile. */
	mode_t mask = umask(0117);
	int done = bind ? zmq_bind(s->zmq, endpoint) : zmq_connect(s->zmq, endpoint);
	(void)umask(mask);
	if (done != 0)
		return fail_set(why, ST_SYSTEM, "%s %.200s: %s", bind ? "bind" : "connect to",
			endpoint, zmq_strerror(errno));
	size_t size = sizeof s->endpoint;
	if (zmq_getsockopt(s->zmq, ZMQ_LAST_ENDPOINT, s->endpoint, &size) != 0)
		(void)snprintf(s->endpoint, sizeof s->endpoint, "%s", endpoint);
	return ST_OK;
}

static enum status watch(struct socket *s, struct event_base *base)
{
	int fd;
	size_t size = sizeof fd;
	if (zmq_getsockopt(s->zmq, ZMQ_FD, &fd, &size) != 0)
		return ST_SYSTEM;
	s->readable = event_new(base, fd, EV_READ | EV_PERSIST, socket_on_readable, s);
	s->again = evtimer_new(base, socket_on_readable, s);
	if (!s->readable || !s->again || event_add(s->readable, NULL) != 0)
		return ST_NO_MEMORY;
	socket_read_again(s); /* the first edge may have passed already */
	return ST_OK;
}

static void on_connections_changed(void *arg, size_t accepted, size_t lost)
{
	struct socket *s = arg;
	(void)accepted;
	if (lost)
		s->options.on_lost(s, s->options.arg);
}

static enum status monitor(struct socket *s, struct socket_hub *hub, struct fail *why)
{
	if (s->options.bind)
		return socket_peers_open(
			&s->peers, hub->context, s->zmq, hub->base, s->options.peers_max, why);
	if (!s->options.on_lost)
		return ST_OK;
	return monitor_open(
		&s->monitor, hub->context, s->zmq, hub->base, on_connections_changed, s, why);
}

size_t socket_connection_count(const struct socket *s)
{
	return socket_peers_count(s->peers);
}

void socket_check_lost(struct socket *s)
{
	monitor_read(s->monitor);
}

enum status socket_open(struct socket_hub *hub, const struct socket_options *options,
	struct socket **out, struct fail *why)
{
	struct socket *s = calloc(1, sizeof *s);
	enum status st = ST_SYSTEM;
	if (!s)
		return fail_set(why, ST_NO_MEMORY, "no memory for a socket");
	s->options = *options;
	s->max_body = options->max_body ? options->max_body : SOCKET_BODY_MAX;
	s->zmq = zmq_socket(hub->context, options->router ? ZMQ_ROUTER : ZMQ_DEALER);
	if (!s->zmq || set_options(s) != ST_OK) {
		st = fail_set(why, ST_SYSTEM, "ZeroMQ socket: %s", zmq_strerror(errno));
		goto failed;
	}
	bool is_guarded = false;
	st = zap_secure(s->zmq, options, hub->curve, &is_guarded, why);
	if (st == ST_OK)
		st = monitor(s, hub, why);
	if (st == ST_OK)
		st = attach(s, why);
	if (st != ST_OK)
		goto failed;
	s->guard = is_guarded ? hub->curve : NULL;
	st = watch(s, hub->base);
	if (st != ST_OK) {
		st = fail_set(why, st, "watch %.200s", options->endpoint);
		goto failed;
	}
	s->options.endpoint = s->endpoint;
	if (s->peers)
		socket_peers_bound(s->peers, s->endpoint);
	*out = s;
	return ST_OK;

failed:
	socket_free(&s);
	return st;
}

int64_t socket_sender_account(const struct socket *s)
{
	return s->sender_account;
}

const struct socket_counts *socket_counts(const struct socket *s)
{
	return &s->counts;
}

const char *socket_endpoint(const struct socket *s)
{
	return s->endpoint;
}

void socket_free_lingering(struct socket **socket, int linger_ms)
{
	struct socket *s = *socket;
	if (!s)
		return;
	*socket = NULL;
	if (s->readable)
		event_free(s->readable);
	if (s->again)
		event_free(s->again);
	monitor_free(&s->monitor);
	socket_peers_free(&s->peers);
	if (s->zmq) {
		zmq_setsockopt(s->zmq, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
		zmq_close(s->zmq);
	}
	free(s);
}

void socket_free(struct socket **s)
{
	socket_free_lingering(s, 0);
}
