#include "common/socket_zap.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REQUESTS_PER_TURN = 64 };

/* The frames of a ZAP request (RFC 27). */
enum { VERSION, REQUEST_ID, DOMAIN, ADDRESS, IDENTITY, MECHANISM, CREDENTIALS, FRAMES };

static const char *const domains[] = { [CURVE_CLIENT] = "client", [CURVE_WORKER] = "worker" };

struct zap {
	struct socket_security security;
	void *zmq;
	struct event *readable, *again;
};

/* Keys of sockets. */

static enum status set(void *zmq, int option, const char *text, struct fail *why)
{
	if (zmq_setsockopt(zmq, option, text, strlen(text)) == 0)
		return ST_OK;
	return fail_set(why, ST_SYSTEM, "CURVE: %s", zmq_strerror(errno));
}

/* With keys that do not match, peers would fail silently. */
static enum status check_pair(const struct curve *curve, struct fail *why)
{
	char public_key[CURVE_TEXT_LEN + 1];
	if (zmq_curve_public(public_key, curve_secret_key(curve)) != 0)
		return fail_set(why, ST_SYSTEM, "CURVE: %s", zmq_strerror(errno));
	if (strcmp(public_key, curve_public_key(curve)) == 0)
		return ST_OK;
	return fail_set(why, ST_BAD_SETTING,
		"the public and the secret key in STUDYTRACKER_CURVE_SECRET_KEY_FILE do not "
		"match");
}

static enum status secure_server(
	void *zmq, const struct curve *curve, enum curve_role role, struct fail *why)
{
	static const int on = 1;
	if (!curve_has_clients(curve))
		return fail_set(why, ST_BAD_SETTING,
			"STUDYTRACKER_CURVE_CLIENTS_FILE must list the keys that may connect");
	enum status st = check_pair(curve, why);
	if (st == ST_OK && zmq_setsockopt(zmq, ZMQ_CURVE_SERVER, &on, sizeof on) != 0)
		st = fail_set(why, ST_SYSTEM, "CURVE: %s", zmq_strerror(errno));
	if (st == ST_OK)
		st = set(zmq, ZMQ_CURVE_SECRETKEY, curve_secret_key(curve), why);
	if (st == ST_OK)
		st = set(zmq, ZMQ_ZAP_DOMAIN, domains[role], why);
	return st;
}

static enum status secure_client(void *zmq, const struct curve *curve, struct fail *why)
{
	enum status st = check_pair(curve, why);
	if (st == ST_OK)
		st = set(zmq, ZMQ_CURVE_SERVERKEY, curve_server_key(curve), why);
	if (st == ST_OK)
		st = set(zmq, ZMQ_CURVE_PUBLICKEY, curve_public_key(curve), why);
	if (st == ST_OK)
		st = set(zmq, ZMQ_CURVE_SECRETKEY, curve_secret_key(curve), why);
	return st;
}

static enum status refuse_plain(const struct socket_options *options, struct fail *why)
{
	if (options->bind)
		return fail_set(why, ST_BAD_SETTING,
			"%.100s can be reached from other machines, which needs CURVE keys: set "
			"STUDYTRACKER_CURVE_SECRET_KEY_FILE (see `study keys`), or bind 127.0.0.1",
			options->endpoint);
	return fail_set(why, ST_BAD_SETTING,
		"%.100s is on another machine, which needs CURVE keys: set "
		"STUDYTRACKER_CURVE_SECRET_KEY_FILE and STUDYTRACKER_CURVE_SERVER_KEY",
		options->endpoint);
}

enum status zap_secure(void *zmq, const struct socket_options *options, const struct curve *curve,
	bool *is_guarded, struct fail *why)
{
	bool is_tcp = strncmp(options->endpoint, "tcp://", 6) == 0;
	const char *needed = !curve          ? ""
			     : options->bind ? curve_secret_key(curve)
					     : curve_server_key(curve);
	if (is_tcp && *needed) {
		*is_guarded = options->bind;
		return options->bind ? secure_server(zmq, curve, options->role, why)
				     : secure_client(zmq, curve, why);
	}
	if (curve_is_needed(options->endpoint))
		return refuse_plain(options, why);
	*is_guarded = false;
	return ST_OK;
}

const struct curve_client *zap_find(
	const struct curve *curve, zmq_msg_t *body, enum curve_role role)
{
	unsigned char key[CURVE_KEY_SIZE];
	const char *user = zmq_msg_gets(body, "User-Id");
	return user && curve_parse_key(span_of(user), key) ? curve_find(curve, key, role) : NULL;
}

/* The handler. */

static bool is_frame(zmq_msg_t *frame, const char *text)
{
	return span_is((struct span){ zmq_msg_data(frame), zmq_msg_size(frame) }, text);
}

static bool check_key(const struct zap *zap, zmq_msg_t *frames, char user[CURVE_TEXT_LEN + 1])
{
	unsigned char key[CURVE_KEY_SIZE];
	if (!is_frame(&frames[MECHANISM], "CURVE")
		|| zmq_msg_size(&frames[CREDENTIALS]) != CURVE_KEY_SIZE)
		return false;
	memcpy(key, zmq_msg_data(&frames[CREDENTIALS]), sizeof key);
	if (!zmq_z85_encode(user, key, sizeof key))
		return false;
	for (size_t role = 0; role < sizeof domains / sizeof *domains; role++)
		if (is_frame(&frames[DOMAIN], domains[role]))
			return curve_find(zap->security.curve, key, (enum curve_role)role) != NULL;
	return false;
}

static void report_refused(const struct zap *zap, const char *user, zmq_msg_t *address)
{
	char from[64];
	(void)snprintf(from, sizeof from, "%.*s", (int)zmq_msg_size(address),
		(const char *)zmq_msg_data(address));
	if (zap->security.on_refused)
		zap->security.on_refused(zap->security.arg, user, from);
}

/* ZeroMQ itself sends ZAP requests, inside this process, so a response cannot fail for lack of
 * room. The status is 300, because after 400 a peer would never connect again, even when its key is
 * listed. */
static void respond(struct zap *zap, zmq_msg_t *request_id, bool is_allowed, const char *user)
{
	const char *const rest[] = { is_allowed ? "200" : "300", is_allowed ? "OK" : "not allowed",
		is_allowed ? user : "", "" };
	zmq_send(zap->zmq, "1.0", 3, ZMQ_SNDMORE);
	zmq_send(zap->zmq, zmq_msg_data(request_id), zmq_msg_size(request_id), ZMQ_SNDMORE);
	for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
		zmq_send(zap->zmq, rest[i], strlen(rest[i]),
			i + 1 < sizeof rest / sizeof *rest ? ZMQ_SNDMORE : 0);
}

/* Receives all frames of a request and drops those beyond FRAMES. False if there is no request. */
static bool receive(struct zap *zap, zmq_msg_t *frames)
{
	zmq_msg_t beyond;
	bool has_more = true;
	zmq_msg_init(&beyond);
	int count = 0;
	for (; has_more; count++) {
		zmq_msg_t *frame = count < FRAMES ? &frames[count] : &beyond;
		if (zmq_msg_recv(frame, zap->zmq, ZMQ_DONTWAIT) < 0)
			break;
		has_more = zmq_msg_more(frame);
	}
	zmq_msg_close(&beyond);
	return count > 0;
}

/* False if there was no request. */
static bool serve_one(struct zap *zap)
{
	zmq_msg_t frames[FRAMES];
	char user[CURVE_TEXT_LEN + 1] = "";
	for (int i = 0; i < FRAMES; i++)
		zmq_msg_init(&frames[i]);
	bool has_request = receive(zap, frames);
	if (has_request) {
		bool is_allowed = check_key(zap, frames, user);
		respond(zap, &frames[REQUEST_ID], is_allowed, user);
		if (!is_allowed)
			report_refused(zap, user, &frames[ADDRESS]);
	}
	for (int i = 0; i < FRAMES; i++)
		zmq_msg_close(&frames[i]);
	return has_request;
}

/* Edge-triggered, as in socket_receive.c: reads until there is none, or again in the next turn. */
static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval now = { 0, 0 };
	struct zap *zap = arg;
	(void)fd, (void)what;
	for (int i = 0; i < REQUESTS_PER_TURN; i++)
		if (!serve_one(zap))
			return;
	evtimer_add(zap->again, &now);
}

static enum status watch(struct zap *zap, struct event_base *base)
{
	static const struct timeval now = { 0, 0 };
	int fd;
	size_t size = sizeof fd;
	if (zmq_getsockopt(zap->zmq, ZMQ_FD, &fd, &size) != 0)
		return ST_SYSTEM;
	zap->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, zap);
	zap->again = evtimer_new(base, on_readable, zap);
	if (!zap->readable || !zap->again || event_add(zap->readable, NULL) != 0)
		return ST_NO_MEMORY;
	return evtimer_add(zap->again, &now) == 0 ? ST_OK : ST_NO_MEMORY;
}

enum status zap_open(struct zap **out, void *context, struct event_base *base,
	const struct socket_security *security, struct fail *why)
{
	static const int linger = 0;
	struct zap *zap = calloc(1, sizeof *zap);
	if (!zap)
		return fail_set(why, ST_NO_MEMORY, "no memory for CURVE");
	zap->security = *security;
	zap->zmq = zmq_socket(context, ZMQ_REP);
	bool is_bound = zap->zmq
			&& zmq_setsockopt(zap->zmq, ZMQ_LINGER, &linger, sizeof linger) == 0
			&& zmq_bind(zap->zmq, "inproc://zeromq.zap.01") == 0;
	enum status st = is_bound ? watch(zap, base) : ST_SYSTEM;
	if (st != ST_OK) {
		st = fail_set(why, st, "the CURVE handler: %s", zmq_strerror(errno));
		zap_free(&zap);
		return st;
	}
	*out = zap;
	return ST_OK;
}

void zap_free(struct zap **out)
{
	struct zap *zap = *out;
	if (!zap)
		return;
	*out = NULL;
	if (zap->readable)
		event_free(zap->readable);
	if (zap->again)
		event_free(zap->again);
	if (zap->zmq)
		zmq_close(zap->zmq);
	free(zap);
}
