#include "common/socket.h"

#include "common/ipc_path.h"
#include "common/service.h"
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
	UNACKNOWLEDGED_MS = 15000, /* then TCP gives up a peer that is gone or doesn't read */
	RECONNECT_MS = 50,
	RECONNECT_MAX_MS = 1000,
	FRAMES_MAX = 3,   /* identity, delimiter, body */
	FRAME_SLACK = 64, /* what CURVE adds to a body */
};

/* What one turn of the loop reads; then other events have their turn. */
enum { MESSAGES_PER_TURN = 256, FRAMES_PER_TURN = 4096, BYTES_PER_TURN = 4 << 20, TURN_MS = 5 };

struct budget {
	int messages, frames;
	int64_t bytes;
	uint64_t end_ms;
};

/* The last byte of a ROUTER's `peer` says whether it puts a delimiter before its body. */
enum { PEER_PLAIN, PEER_DELIMITS };

struct socket_hub {
	const struct curve *curve; /* NULL: no keys */
	struct zap *zap;
	void *context;
	struct event_base *base;
};

struct socket {
	struct socket_options options;
	const struct curve *guard; /* who may still send; NULL: everybody */
	size_t max_body;
	void *zmq;
	struct monitor *monitor;    /* NULL: nobody asks for on_lost */
	struct socket_peers *peers; /* NULL: not bound */
	struct event *readable;     /* ZMQ_FD: edge-triggered whatever we ask for */
	struct event *again;        /* a zero timer: look at ZMQ_EVENTS in the next turn */
	bool is_skipping;           /* amid a message of too many frames */
	char endpoint[256];
	struct socket_counts counts;
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

/* ZMQ_EVENTS, through interrupts; 0 where the socket can't say. */
static int events_of(struct socket *s)
{
	int events = 0;
	size_t size = sizeof events;
	while (zmq_getsockopt(s->zmq, ZMQ_EVENTS, &events, &size) != 0)
		if (errno != EINTR)
			return 0;
	return events;
}

/* Not event_active: it would run in the same pass and starve the others. */
static void look_again(struct socket *s)
{
	static const struct timeval now = { 0, 0 };
	if (!evtimer_pending(s->again, NULL))
		evtimer_add(s->again, &now);
}

static bool has_more(struct socket *s)
{
	int more = 0;
	size_t size = sizeof more;
	return zmq_getsockopt(s->zmq, ZMQ_RCVMORE, &more, &size) == 0 && more;
}

static bool receive_frame(struct socket *s, zmq_msg_t *frame, struct budget *left)
{
	int got;
	do
		got = zmq_msg_recv(frame, s->zmq, ZMQ_DONTWAIT);
	while (got < 0 && errno == EINTR);
	left->frames--;
	left->bytes -= got > 0 ? got : 0;
	return got >= 0;
}

/* Drops the rest of a message as far as the budget goes; a later turn drops what is left. */
static void skip_rest(struct socket *s, struct budget *left)
{
	zmq_msg_t frame;
	zmq_msg_init(&frame);
	s->is_skipping = true;
	while (s->is_skipping && left->frames > 0 && receive_frame(s, &frame, left))
		s->is_skipping = has_more(s);
	zmq_msg_close(&frame);
}

/* The number of the frames of a message; more than FRAMES_MAX where it has too many. 0: none. */
static int receive(struct socket *s, zmq_msg_t *frames, struct budget *left)
{
	for (int count = 0; count < FRAMES_MAX;) {
		if (!receive_frame(s, &frames[count], left))
			return count;
		count++;
		if (!has_more(s))
			return count;
	}
	skip_rest(s, left);
	return FRAMES_MAX + 1;
}

static struct span frame_span(zmq_msg_t *frame)
{
	return (struct span){ zmq_msg_data(frame), zmq_msg_size(frame) };
}

/* Hands on what is [identity] [delimiter] body, in which the identity is the ROUTER's own. */
static void deliver(struct socket *s, zmq_msg_t *frames, int count)
{
	int body = s->options.router ? 1 : 0;
	bool delimited = count == body + 2 && zmq_msg_size(&frames[body]) == 0;
	if (delimited)
		body++;
	if (count != body + 1) {
		s->counts.malformed++;
		return;
	}
	if (zmq_msg_size(&frames[body]) > s->max_body) {
		s->counts.oversize++;
		return;
	}
	if (s->guard && !zap_allows(s->guard, &frames[body], s->options.role)) {
		s->counts.revoked++;
		return;
	}
	char peer[SOCKET_PEER_MAX];
	size_t len = 0;
	if (s->options.router) {
		len = zmq_msg_size(&frames[0]); /* at most 255 bytes (RFC 23/ZMTP) */
		if (len >= sizeof peer) {
			s->counts.malformed++;
			return;
		}
		memcpy(peer, zmq_msg_data(&frames[0]), len);
		peer[len++] = delimited ? PEER_DELIMITS : PEER_PLAIN;
	}
	s->counts.received++;
	s->options.on_message(
		s, (struct span){ peer, len }, frame_span(&frames[body]), s->options.arg);
}

/* False: there was none. */
static bool receive_and_deliver(struct socket *s, struct budget *left)
{
	zmq_msg_t frames[FRAMES_MAX];
	for (int f = 0; f < FRAMES_MAX; f++)
		zmq_msg_init(&frames[f]);
	int count = receive(s, frames, left);
	if (count)
		deliver(s, frames, count);
	for (int f = 0; f < FRAMES_MAX; f++)
		zmq_msg_close(&frames[f]);
	left->messages--;
	return count > 0;
}

static bool is_spent(const struct budget *left)
{
	return left->messages <= 0 || left->frames <= 0 || left->bytes <= 0
	       || service_now_ms() >= left->end_ms;
}

/* Messages that arrived before the last look raise no edge: read until ZMQ_EVENTS says none, or
 * look again in the next turn. ZeroMQ takes a message of each peer in turn. */
static void pump(struct socket *s)
{
	struct budget left = { MESSAGES_PER_TURN, FRAMES_PER_TURN, BYTES_PER_TURN,
		service_now_ms() + TURN_MS };
	while (events_of(s) & ZMQ_POLLIN) {
		if (is_spent(&left)) {
			look_again(s);
			return;
		}
		if (s->is_skipping)
			skip_rest(s, &left);
		else if (!receive_and_deliver(s, &left))
			return;
	}
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	pump(arg);
}

static enum status set_options(struct socket *s)
{
	int high_water = s->options.high_water ? s->options.high_water : SOCKET_HIGH_WATER;
	bool has_mark = s->options.receive_high_water > 0;
	/* Over it ZeroMQ ends the connection before it reads the frame. It holds before the
	 * handshake, too, and for each frame, not for their sum. */
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
		/* else a bound 127.0.0.1 is ::ffff:127.0.0.1 */
		{ ZMQ_IPV6, strchr(s->options.endpoint, '[') != NULL },
		/* DEALER: nothing waits for a connection that is not there yet */
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
	/* The group may connect: the directory says which. No other thread makes files. */
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
	s->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, s);
	s->again = evtimer_new(base, on_readable, s);
	if (!s->readable || !s->again || event_add(s->readable, NULL) != 0)
		return ST_NO_MEMORY;
	look_again(s); /* the first edge may be gone */
	return ST_OK;
}

static void on_news(void *arg, size_t accepted, size_t lost)
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
	return monitor_open(&s->monitor, hub->context, s->zmq, hub->base, on_news, s, why);
}

size_t socket_peers(const struct socket *s)
{
	return socket_peers_count(s->peers);
}

void socket_look(struct socket *s)
{
	monitor_look(s->monitor);
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

bool socket_peer_delimits(struct span peer)
{
	return peer.len > 0 && peer.bytes[peer.len - 1] == PEER_DELIMITS;
}

static int send_frame(struct socket *s, struct span frame, int flags)
{
	int sent;
	do
		sent = zmq_send(s->zmq, frame.bytes, frame.len, ZMQ_DONTWAIT | flags);
	while (sent < 0 && errno == EINTR);
	return sent;
}

/* What stands before a body. Only the first frame of a message can be refused for want of room
 * or of the peer. */
static int send_head(struct socket *s, struct span peer)
{
	if (!s->options.router)
		return 0;
	if (peer.len == 0) {
		errno = EHOSTUNREACH;
		return -1;
	}
	if (send_frame(s, (struct span){ peer.bytes, peer.len - 1 }, ZMQ_SNDMORE) < 0)
		return -1;
	return socket_peer_delimits(peer) ? send_frame(s, SPAN(""), ZMQ_SNDMORE) : 0;
}

static enum status note_sent(struct socket *s, bool is_sent, int error)
{
	look_again(s); /* a send can swallow the edge of a message that came in */
	if (is_sent) {
		s->counts.sent++;
		return ST_OK;
	}
	switch (error) {
	case EAGAIN:
		s->counts.overloaded++;
		return ST_OVERLOADED;
	case EHOSTUNREACH:
		s->counts.unroutable++;
		return ST_NO_WORKER;
	case ENOMEM:
		return ST_NO_MEMORY;
	default:
		return ST_SYSTEM;
	}
}

enum status socket_send(struct socket *s, struct span peer, struct span body)
{
	bool is_sent = send_head(s, peer) >= 0 && send_frame(s, body, 0) >= 0;
	return note_sent(s, is_sent, errno);
}

static int send_parcel(struct socket *s, zmq_msg_t *message)
{
	int sent;
	do
		sent = zmq_msg_send(message, s->zmq, ZMQ_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	return sent;
}

enum status socket_send_counted(
	struct socket *s, struct span peer, struct buf *body, struct tally *tally)
{
	zmq_msg_t message;
	struct parcel *parcel = tally_begin(tally, body->len);
	if (!parcel
		|| zmq_msg_init_data(&message, body->bytes, body->len, tally_done, parcel) != 0) {
		tally_done(NULL, parcel);
		buf_fini(body);
		return ST_NO_MEMORY;
	}
	*body = (struct buf){ .limit = body->limit };
	bool is_sent = send_head(s, peer) >= 0 && send_parcel(s, &message) >= 0;
	int error = errno;
	zmq_msg_close(&message); /* empty where it was sent */
	return note_sent(s, is_sent, error);
}

struct socket_counts socket_counts(const struct socket *s)
{
	return s->counts;
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
