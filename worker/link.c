#include "worker/link.h"

#include "common/log.h"
#include "common/service.h"

#include <assert.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	HEAD_ROOM = 64, /* a worker.credit takes 48 bytes at most */
	LOG_EVERY_MS = 1000,
};

struct link {
	struct link_options options;
	struct socket_hub *hub;
	char *endpoint;
	struct socket *socket;
	struct event *flush; /* zero timer: once a turn, after all that is ready was read */
	struct event *tick;
	int64_t epoch;       /* 0: unknown */
	int64_t ended_epoch; /* the last one; a late gateway.hello may still name it */
	int64_t received, responded;
	uint64_t greeted_ms, ticked_ms, checked_ms;
	bool is_greeted;   /* the gateway has sent gateway.hello lately */
	bool is_announced; /* our worker.ready has named the epoch: requests count */
	bool is_stalled;   /* ignore what is read; the next turn reconnects */
	bool wants_ready;
	bool is_leaving, has_left;
	unsigned hellos_owed, hellos_until_left;
	uint64_t leave_ms;    /* when leaving ends without a gateway.hello */
	struct buf out;       /* HEAD_ROOM, then responses of this epoch */
	size_t mark;          /* start of the response being written */
	size_t out_responses; /* in `out` */
	struct buf head, params;
	uint64_t logged_ms;
	struct link_counts counts;
};

static bool may_log(struct link *l)
{
	uint64_t now_ms = service_now_ms();
	if (l->logged_ms && now_ms - l->logged_ms < LOG_EVERY_MS)
		return false;
	l->logged_ms = now_ms;
	return true;
}

static void arm_flush(struct link *l)
{
	static const struct timeval now = { 0, 0 };
	if (!evtimer_pending(l->flush, NULL))
		(void)evtimer_add(l->flush, &now);
}

/* To the gateway. */

static struct heartbeat heartbeat_of(const struct link *l)
{
	struct heartbeat heartbeat = { 0 };
	l->options.get_heartbeat(l->options.arg, &heartbeat);
	return heartbeat;
}

static int64_t credit_of(const struct link *l, const struct heartbeat *heartbeat)
{
	return heartbeat->window > 0 ? l->responded + heartbeat->window : l->received;
}

static enum status send_notification(struct link *l, const char *method)
{
	buf_clear(&l->head);
	envelope_put_notification(&l->head, method, buf_view(&l->params));
	if (l->head.failed || l->params.failed)
		return ST_NO_MEMORY;
	return socket_send(l->socket, (struct span){ 0 }, buf_view(&l->head));
}

static void put_ready(const struct link *l, struct buf *out)
{
	struct heartbeat heartbeat = heartbeat_of(l);
	heartbeat_put_ready(out, &(struct heartbeat_ready){
					 .uuid = l->options.uuid,
					 .version = l->options.version,
					 .epoch = l->epoch,
					 .credit = credit_of(l, &heartbeat),
					 .heartbeat = &heartbeat,
				 });
}

static void arm_tick(struct link *l)
{
	bool is_slow = l->is_greeted && !l->is_leaving;
	unsigned ms = is_slow ? LINK_READY_MS : LINK_REGISTER_MS;
	struct timeval wait = { ms / 1000, (suseconds_t)(ms % 1000) * 1000 };
	(void)evtimer_add(l->tick, &wait);
}

static void lose_gateway(struct link *l, const char *why)
{
	if (!l->is_greeted)
		return;
	l->is_greeted = false;
	l->hellos_owed = 0;
	arm_tick(l);
	log_warn("gateway at %s is lost: %s: registering again", l->endpoint, why);
}

static void send_ready(struct link *l)
{
	l->wants_ready = false;
	buf_clear(&l->params);
	put_ready(l, &l->params);
	enum status st = send_notification(l, "worker.ready");
	if (st == ST_OVERLOADED)
		lose_gateway(l, "no connection");
	if (st != ST_OK)
		return; /* the next tick sends it again */
	l->hellos_owed++;
	l->is_announced = l->epoch != 0;
}

/* The gateway answers the worker.ready after worker.leaving with a gateway.hello. When that hello
 * arrives, all requests sent before it have arrived. A hello for an earlier worker.ready proves nothing:
 * the gateway may have sent it before it read worker.leaving. */
static void send_leaving(struct link *l)
{
	buf_clear(&l->params);
	heartbeat_put_leaving(&l->params, l->epoch);
	l->hellos_until_left = (l->hellos_owed > 0) + 1;
	if (send_notification(l, "worker.leaving") == ST_OK)
		send_ready(l);
}

static void put_credit(struct link *l)
{
	struct heartbeat heartbeat = heartbeat_of(l);
	buf_clear(&l->params);
	heartbeat_put_credit(&l->params, l->epoch, credit_of(l, &heartbeat));
	buf_clear(&l->head);
	envelope_put_notification(&l->head, "worker.credit", buf_view(&l->params));
}

static void drop_responses(struct link *l)
{
	l->counts.dropped += l->out_responses;
	l->out_responses = 0;
	buf_clear(&l->out);
}

/* The credit is known only now. It is written into the room before the responses. */
static void send_responses(struct link *l)
{
	if (l->out_responses == 0)
		return;
	put_credit(l);
	if (l->head.failed || l->params.failed) {
		drop_responses(l);
		return;
	}
	assert(l->head.len <= HEAD_ROOM);
	char *body = l->out.bytes + HEAD_ROOM - l->head.len;
	memcpy(body, l->head.bytes, l->head.len);
	size_t len = l->out.len - (HEAD_ROOM - l->head.len);
	enum status st = socket_send(l->socket, (struct span){ 0 }, (struct span){ body, len });
	if (st == ST_OK) {
		l->counts.responses += l->out_responses;
		l->out_responses = 0;
		buf_clear(&l->out);
		return;
	}
	if (may_log(l))
		log_warn("%zu responses not sent to the gateway at %s: %s: dropped",
			l->out_responses, l->endpoint,
			st == ST_OVERLOADED ? "no connection" : status_info(st)->message);
	drop_responses(l);
}

/* The end of an epoch. */

static enum status open_socket(struct link *l, struct fail *why);

static void finish_leaving(struct link *l)
{
	if (!l->is_leaving || l->has_left)
		return;
	l->has_left = true;
	l->options.on_left(l->options.arg);
}

static void end_epoch(struct link *l)
{
	int64_t ended_epoch = l->epoch;
	drop_responses(l);
	l->epoch = 0;
	l->is_announced = false;
	l->hellos_owed = 0;
	if (ended_epoch == 0)
		return;
	l->ended_epoch = ended_epoch;
	l->options.on_ended(l->options.arg, l, ended_epoch);
}

static void on_lost(struct socket *s, void *arg)
{
	struct link *l = arg;
	(void)s;
	lose_gateway(l, "its connection has ended");
	end_epoch(l);
	finish_leaving(l);
}

static void end_epoch_if_stalled(struct link *l, uint64_t now_ms)
{
	uint64_t still_ms = now_ms - l->ticked_ms;
	if (still_ms < LINK_STALL_MS || l->epoch == 0)
		return;
	log_warn("this worker stalled for %" PRIu64 " ms: ending the epoch of the gateway at %s",
		still_ms, l->endpoint);
	l->counts.stalls++;
	l->is_stalled = true;
	l->is_greeted = false;
	end_epoch(l);
	arm_flush(l);
}

/* The database may wake the process before the loop has handled a lost connection or a stall. */
static void check_liveness(struct link *l)
{
	uint64_t now_ms = service_now_ms();
	if (now_ms == l->checked_ms)
		return;
	l->checked_ms = now_ms;
	end_epoch_if_stalled(l, now_ms);
	if (l->socket)
		socket_check_lost(l->socket);
}

/* A new connection tells the gateway that the old epoch has ended. */
static void reconnect(struct link *l)
{
	struct fail why = { 0 };
	socket_free(&l->socket);
	enum status st = open_socket(l, &why);
	if (st != ST_OK) {
		log_error("gateway at %s not connected: %s: trying again", l->endpoint,
			fail_text(&why, st));
		return; /* the next tick tries again */
	}
	l->is_stalled = false;
	send_ready(l);
}

static void on_flush(evutil_socket_t fd, short what, void *arg)
{
	struct link *l = arg;
	(void)fd, (void)what;
	if (l->is_stalled) {
		reconnect(l);
		return;
	}
	send_responses(l);
	bool is_new = l->epoch != 0 && !l->is_announced;
	if (l->is_leaving && is_new) /* a new epoch began after we left the old one */
		send_leaving(l);
	else if (l->wants_ready || is_new)
		send_ready(l);
}

/* Responses. */

bool link_has_epoch(struct link *l, int64_t epoch)
{
	check_liveness(l);
	return epoch == l->epoch;
}

struct buf *link_open_response(struct link *l, int64_t epoch)
{
	static const char room[HEAD_ROOM];
	if (epoch != l->epoch) {
		l->counts.dropped++;
		return NULL;
	}
	l->responded++;
	if (l->out.len == 0)
		buf_put(&l->out, room, sizeof room);
	l->mark = l->out.len;
	return &l->out;
}

void link_close_response(struct link *l)
{
	arm_flush(l);
	if (l->out.failed) { /* keep the complete responses before it */
		l->out.failed = false;
		l->out.len = l->mark;
		l->counts.dropped++;
		if (may_log(l))
			log_error("response to the gateway at %s dropped: out of memory",
				l->endpoint);
	} else {
		l->out_responses++;
	}
	if (l->out.len >= LINK_BODY_TARGET)
		send_responses(l);
}

/* From the gateway. */

static void begin_epoch(struct link *l, int64_t epoch)
{
	end_epoch(l);
	l->epoch = epoch;
	l->received = l->responded = 0;
	l->counts.epochs++;
	log_info("gateway at %s connected: epoch %" PRId64, l->endpoint, epoch);
	arm_flush(l); /* next turn: first read what an ended connection left behind */
}

static void on_hello(struct link *l, struct span params)
{
	int64_t epoch;
	if (!msg_find_int(params, "epoch", &epoch) || epoch <= 0) {
		l->counts.malformed++;
		return;
	}
	if (epoch == l->ended_epoch)
		return;
	bool was_greeted = l->is_greeted;
	l->greeted_ms = service_now_ms();
	l->is_greeted = true;
	if (l->hellos_owed > 0)
		l->hellos_owed--;
	if (!was_greeted)
		arm_tick(l);
	if (epoch != l->epoch)
		begin_epoch(l, epoch);
	else if (l->is_leaving && l->hellos_until_left > 0 && --l->hellos_until_left == 0)
		finish_leaving(l);
}

static void on_request(struct link *l, const struct envelope *e)
{
	if (!l->is_announced) {
		l->counts.stale++;
		return;
	}
	l->counts.requests++;
	l->received++;
	l->options.on_request(l->options.arg, l, l->epoch, e);
}

static void on_cancel(struct link *l, struct span params)
{
	int64_t epoch;
	struct span msgids;
	struct msg_token token;
	if (!msg_find_int(params, "epoch", &epoch)
		|| msg_find(params, "msgids", &msgids) != ST_OK) {
		l->counts.malformed++;
		return;
	}
	struct msg_reader in = msg_reader(msgids);
	if (epoch != l->epoch || !l->options.on_cancel || msg_read(&in, &token) != ST_OK
		|| token.type != MSG_ARRAY)
		return;
	for (uint32_t left = token.count; left > 0; left--) {
		if (msg_read(&in, &token) != ST_OK || token.type != MSG_INT)
			return;
		l->options.on_cancel(l->options.arg, l, epoch, (uint32_t)token.integer);
	}
}

static void dispatch(struct link *l, const struct envelope *e)
{
	if (l->is_stalled)
		l->counts.stale += e->kind == ENVELOPE_REQUEST;
	else if (e->kind == ENVELOPE_REQUEST)
		on_request(l, e);
	else if (e->kind == ENVELOPE_NOTIFICATION && span_is(e->method, "gateway.hello"))
		on_hello(l, e->params);
	else if (e->kind == ENVELOPE_NOTIFICATION && span_is(e->method, "gateway.cancel"))
		on_cancel(l, e->params);
	/* A newer gateway may send unknown notifications. */
}

static void refuse(struct link *l, uint32_t msgid, const struct fail *why)
{
	l->counts.requests++;
	l->received++;
	struct buf *out = link_open_response(l, l->epoch);
	buf_clear(&l->params);
	envelope_put_error_map(&l->params, ST_MALFORMED, why);
	envelope_put_error(out, msgid, buf_view(&l->params));
	out->failed |= l->params.failed;
	link_close_response(l);
}

/* Skips a malformed message. Returns false if its end is unknown. A malformed request gets an error:
 * otherwise the gateway would wait for it and its credit would be lost. */
static bool skip_malformed(struct link *l, struct msg_reader *in, const struct fail *why)
{
	struct span rest = { in->at, (size_t)(in->end - in->at) };
	size_t size;
	uint32_t msgid;
	bool has_end = msg_measure(rest, &size, NULL) == ST_OK;
	l->counts.malformed++;
	if (may_log(l))
		log_warn("malformed message from the gateway at %s: %s: %s", l->endpoint,
			fail_text(why, ST_MALFORMED),
			has_end ? "refused" : "dropped with all after it");
	if (!has_end)
		return false;
	if (l->is_announced && envelope_is_request((struct span){ rest.bytes, size }, &msgid))
		refuse(l, msgid, why);
	in->at += size;
	return true;
}

static void on_message(struct socket *s, struct span peer, struct span body, void *arg)
{
	struct link *l = arg;
	struct msg_reader in = msg_reader(body);
	(void)s, (void)peer;
	check_liveness(l);
	while (in.at < in.end) {
		struct envelope e;
		struct fail why = { 0 };
		if (envelope_decode(&in, &e, &why) == ST_OK)
			dispatch(l, &e);
		else if (!skip_malformed(l, &in, &why))
			return;
	}
}

static void check_silence(struct link *l, uint64_t now_ms)
{
	if (now_ms - l->greeted_ms >= LINK_SILENCE_MS)
		lose_gateway(l, "it is silent");
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct link *l = arg;
	(void)fd, (void)what;
	check_liveness(l);
	uint64_t now_ms = l->ticked_ms = service_now_ms();
	if (l->is_stalled)
		reconnect(l);
	check_silence(l, now_ms);
	if (l->is_stalled)
		l->wants_ready = true; /* no socket */
	else if (!l->is_leaving || !l->is_greeted || now_ms - l->greeted_ms >= LINK_READY_MS)
		send_ready(l);
	arm_tick(l);
	if (l->is_leaving && now_ms >= l->leave_ms)
		finish_leaving(l);
}

/* Public functions. */

void link_send_ready(struct link *l)
{
	l->wants_ready = true;
	arm_flush(l);
}

void link_leave(struct link *l)
{
	if (l->is_leaving)
		return;
	l->is_leaving = true;
	l->leave_ms = service_now_ms() + LINK_LEAVE_MS;
	arm_tick(l);
	send_responses(l);
	if (l->is_greeted && l->is_announced)
		send_leaving(l);
	else
		finish_leaving(l); /* the gateway has sent no requests */
}

bool link_has_left(const struct link *l)
{
	return l->has_left;
}

struct link_counts link_counts(const struct link *l)
{
	return l->counts;
}

const char *link_endpoint(const struct link *l)
{
	return l->endpoint;
}

static enum status open_socket(struct link *l, struct fail *why)
{
	struct socket_options options = {
		.endpoint = l->endpoint,
		.max_body = ENVELOPE_BODY_MAX,
		.on_message = on_message,
		.on_lost = on_lost,
		.arg = l,
	};
	return socket_open(l->hub, &options, &l->socket, why);
}

enum status link_open(struct socket_hub *hub, struct event_base *base,
	const struct link_options *options, struct link **out, struct fail *why)
{
	enum status st = ST_NO_MEMORY;
	struct link *l = calloc(1, sizeof *l);
	if (!l)
		goto failed;
	l->options = *options;
	l->hub = hub;
	l->ticked_ms = service_now_ms();
	l->out.limit = SOCKET_RESPONSE_BODY_MAX;
	l->endpoint = strdup(options->endpoint);
	l->flush = evtimer_new(base, on_flush, l);
	l->tick = evtimer_new(base, on_tick, l);
	if (!l->endpoint || !l->flush || !l->tick)
		goto failed;
	st = open_socket(l, why);
	if (st != ST_OK)
		goto failed;
	link_send_ready(l);
	arm_tick(l);
	*out = l;
	return ST_OK;

failed:
	link_free(&l, 0);
	return fail_wrap(why, st, "open the link to a gateway");
}

static void free_event(struct event *e)
{
	if (e)
		event_free(e);
}

void link_free(struct link **link, int linger_ms)
{
	struct link *l = *link;
	if (!l)
		return;
	if (l->socket)
		send_responses(l);
	free_event(l->flush);
	free_event(l->tick);
	socket_free_lingering(&l->socket, linger_ms);
	buf_fini(&l->out);
	buf_fini(&l->head);
	buf_fini(&l->params);
	free(l->endpoint);
	free(l);
	*link = NULL;
}
