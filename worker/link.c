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
	int64_t epoch; /* 0: the gateway has not said it yet */
	int64_t over;  /* the epoch that ended last: a greeting of it is left over, too */
	int64_t received, answered;
	uint64_t heard_ms, ticked_ms, looked_ms;
	bool is_greeted;   /* it has said hello lately */
	bool is_announced; /* our ready has named the epoch: the session has begun */
	bool is_given_up;  /* what is read is of the past; the next turn connects anew */
	bool wants_ready;
	bool is_leaving, has_left;
	unsigned hellos_owed, hellos_until_left;
	uint64_t leave_ms;  /* when it is left, answer or not */
	struct buf out;     /* HEAD_ROOM, then responses of this epoch */
	size_t mark;        /* where the response that is being written begins */
	size_t out_answers; /* in `out` */
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

static struct news news_of(const struct link *l)
{
	struct news news = { 0 };
	l->options.tell(l->options.arg, &news);
	return news;
}

static int64_t credit_of(const struct link *l, const struct news *news)
{
	return news->window > 0 ? l->answered + news->window : l->received;
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
	struct news news = news_of(l);
	news_put_ready(out, &(struct news_ready){
				    .uuid = l->options.uuid,
				    .version = l->options.version,
				    .epoch = l->epoch,
				    .credit = credit_of(l, &news),
				    .news = &news,
			    });
}

static void arm_tick(struct link *l)
{
	bool is_slow = l->is_greeted && !l->is_leaving;
	unsigned ms = is_slow ? LINK_READY_MS : LINK_ASK_MS;
	struct timeval wait = { ms / 1000, (suseconds_t)(ms % 1000) * 1000 };
	(void)evtimer_add(l->tick, &wait);
}

static void lose_greeting(struct link *l, const char *why)
{
	if (!l->is_greeted)
		return;
	l->is_greeted = false;
	l->hellos_owed = 0;
	arm_tick(l);
	log_warn("gateway at %s is lost: %s: asking on", l->endpoint, why);
}

static void say_ready(struct link *l)
{
	l->wants_ready = false;
	buf_clear(&l->params);
	put_ready(l, &l->params);
	enum status st = send_notification(l, "worker.ready");
	if (st == ST_OVERLOADED)
		lose_greeting(l, "no connection");
	if (st != ST_OK)
		return; /* the next tick says it again */
	l->hellos_owed++;
	l->is_announced = l->epoch != 0;
}

/* The gateway hears it after what it has sent, and answers the ready that follows: with that
 * hello all that it sent has come. A hello that is owed already was perhaps sent before. */
static void say_leaving(struct link *l)
{
	buf_clear(&l->params);
	news_put_leaving(&l->params, l->epoch);
	l->hellos_until_left = (l->hellos_owed > 0) + 1;
	if (send_notification(l, "worker.leaving") == ST_OK)
		say_ready(l);
}

static void put_credit(struct link *l)
{
	struct news news = news_of(l);
	buf_clear(&l->params);
	news_put_credit(&l->params, l->epoch, credit_of(l, &news));
	buf_clear(&l->head);
	envelope_put_notification(&l->head, "worker.credit", buf_view(&l->params));
}

static void forget_answers(struct link *l)
{
	l->counts.dropped += l->out_answers;
	l->out_answers = 0;
	buf_clear(&l->out);
}

/* Credit is known only now: it goes right before the responses, into the room left for it. */
static void send_answers(struct link *l)
{
	if (l->out_answers == 0)
		return;
	put_credit(l);
	if (l->head.failed || l->params.failed) {
		forget_answers(l);
		return;
	}
	assert(l->head.len <= HEAD_ROOM);
	char *body = l->out.bytes + HEAD_ROOM - l->head.len;
	memcpy(body, l->head.bytes, l->head.len);
	size_t len = l->out.len - (HEAD_ROOM - l->head.len);
	enum status st = socket_send(l->socket, (struct span){ 0 }, (struct span){ body, len });
	if (st == ST_OK) {
		l->counts.answers += l->out_answers;
		l->out_answers = 0;
		buf_clear(&l->out);
		return;
	}
	if (may_log(l))
		log_warn("%zu answers not sent to the gateway at %s: %s: dropped", l->out_answers,
			l->endpoint,
			st == ST_OVERLOADED ? "no connection" : status_info(st)->message);
	forget_answers(l);
}

/* The end of a session: what it asked for is left to others. */

static enum status open_socket(struct link *l, struct fail *why);

static void leave_done(struct link *l)
{
	if (!l->is_leaving || l->has_left)
		return;
	l->has_left = true;
	l->options.on_left(l->options.arg);
}

static void end_session(struct link *l)
{
	int64_t over = l->epoch;
	forget_answers(l);
	l->epoch = 0;
	l->is_announced = false;
	l->hellos_owed = 0;
	if (over == 0)
		return;
	l->over = over;
	l->options.on_over(l->options.arg, l, over);
}

static void on_lost(struct socket *s, void *arg)
{
	struct link *l = arg;
	(void)s;
	lose_greeting(l, "its connection has ended");
	end_session(l);
	leave_done(l);
}

static void give_up_if_stalled(struct link *l, uint64_t now_ms)
{
	uint64_t still_ms = now_ms - l->ticked_ms;
	if (still_ms < LINK_STALL_MS || l->epoch == 0)
		return;
	log_warn("this worker stood still for %" PRIu64 " ms: what the gateway at %s had asked "
		 "for is left to others",
		still_ms, l->endpoint);
	l->counts.stalls++;
	l->is_given_up = true;
	l->is_greeted = false;
	end_session(l);
	arm_flush(l);
}

/* What wakes us may be the database, before the loop has come to what ended meanwhile. */
static void look(struct link *l)
{
	uint64_t now_ms = service_now_ms();
	if (now_ms == l->looked_ms)
		return;
	l->looked_ms = now_ms;
	give_up_if_stalled(l, now_ms);
	if (l->socket)
		socket_look(l->socket);
}

/* The gateway knows by a new connection that the former one is over. */
static void connect_anew(struct link *l)
{
	struct fail why = { 0 };
	socket_free(&l->socket);
	enum status st = open_socket(l, &why);
	if (st != ST_OK) {
		log_error("gateway at %s not connected: %s: trying on", l->endpoint,
			fail_text(&why, st));
		return; /* the next tick tries again */
	}
	l->is_given_up = false;
	say_ready(l);
}

static void on_flush(evutil_socket_t fd, short what, void *arg)
{
	struct link *l = arg;
	(void)fd, (void)what;
	if (l->is_given_up) {
		connect_anew(l);
		return;
	}
	send_answers(l);
	bool is_new = l->epoch != 0 && !l->is_announced;
	if (l->is_leaving && is_new) /* it greeted us after we had left its former session */
		say_leaving(l);
	else if (l->wants_ready || is_new)
		say_ready(l);
}

/* Answers. */

bool link_wants(struct link *l, int64_t session)
{
	look(l);
	return session == l->epoch;
}

struct buf *link_begin(struct link *l, int64_t session)
{
	static const char room[HEAD_ROOM];
	if (session != l->epoch) {
		l->counts.dropped++;
		return NULL;
	}
	l->answered++;
	if (l->out.len == 0)
		buf_put(&l->out, room, sizeof room);
	l->mark = l->out.len;
	return &l->out;
}

void link_end(struct link *l)
{
	arm_flush(l);
	if (l->out.failed) { /* the responses before it are whole */
		l->out.failed = false;
		l->out.len = l->mark;
		l->counts.dropped++;
		if (may_log(l))
			log_error("an answer to the gateway at %s is dropped: out of memory",
				l->endpoint);
	} else {
		l->out_answers++;
	}
	if (l->out.len >= LINK_BODY_TARGET)
		send_answers(l);
}

/* From the gateway. */

static void begin_session(struct link *l, int64_t epoch)
{
	end_session(l);
	l->epoch = epoch;
	l->received = l->answered = 0;
	l->counts.sessions++;
	log_info("gateway at %s has greeted us: session %" PRId64, l->endpoint, epoch);
	arm_flush(l); /* in the next turn: what an ended connection left behind is read before */
}

static void on_hello(struct link *l, struct span params)
{
	int64_t epoch;
	if (!msg_find_int(params, "epoch", &epoch) || epoch <= 0) {
		l->counts.malformed++;
		return;
	}
	if (epoch == l->over)
		return;
	bool was_greeted = l->is_greeted;
	l->heard_ms = service_now_ms();
	l->is_greeted = true;
	if (l->hellos_owed > 0)
		l->hellos_owed--;
	if (!was_greeted)
		arm_tick(l);
	if (epoch != l->epoch)
		begin_session(l, epoch);
	else if (l->is_leaving && l->hellos_until_left > 0 && --l->hellos_until_left == 0)
		leave_done(l);
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

static void take(struct link *l, const struct envelope *e)
{
	if (l->is_given_up)
		l->counts.stale += e->kind == ENVELOPE_REQUEST;
	else if (e->kind == ENVELOPE_REQUEST)
		on_request(l, e);
	else if (e->kind == ENVELOPE_NOTIFICATION && span_is(e->method, "gateway.hello"))
		on_hello(l, e->params);
	else if (e->kind == ENVELOPE_NOTIFICATION && span_is(e->method, "gateway.cancel"))
		on_cancel(l, e->params);
	/* a newer gateway may say more than we know */
}

static void refuse(struct link *l, uint32_t msgid, const struct fail *why)
{
	l->counts.requests++;
	l->received++;
	struct buf *out = link_begin(l, l->epoch);
	buf_clear(&l->params);
	envelope_put_error_map(&l->params, ST_MALFORMED, why);
	envelope_put_error(out, msgid, buf_view(&l->params));
	out->failed |= l->params.failed;
	link_end(l);
}

/* Passes a message that can't be taken; false where its end isn't known. A request is refused,
 * else the gateway would wait for it, and never give its credit to another. */
static bool pass(struct link *l, struct msg_reader *in, const struct fail *why)
{
	struct span rest = { in->at, (size_t)(in->end - in->at) };
	size_t size;
	uint32_t msgid;
	bool has_end = msg_measure(rest, &size, NULL) == ST_OK;
	l->counts.malformed++;
	if (may_log(l))
		log_warn("a message of the gateway at %s is malformed: %s: %s", l->endpoint,
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
	look(l);
	while (in.at < in.end) {
		struct envelope e;
		struct fail why = { 0 };
		if (envelope_decode(&in, &e, &why) == ST_OK)
			take(l, &e);
		else if (!pass(l, &in, &why))
			return;
	}
}

static void check_silence(struct link *l, uint64_t now_ms)
{
	if (now_ms - l->heard_ms >= LINK_SILENCE_MS)
		lose_greeting(l, "it is silent");
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct link *l = arg;
	(void)fd, (void)what;
	look(l);
	uint64_t now_ms = l->ticked_ms = service_now_ms();
	if (l->is_given_up)
		connect_anew(l);
	check_silence(l, now_ms);
	if (l->is_given_up)
		l->wants_ready = true; /* there is no socket */
	else if (!l->is_leaving || !l->is_greeted || now_ms - l->heard_ms >= LINK_READY_MS)
		say_ready(l);
	arm_tick(l);
	if (l->is_leaving && now_ms >= l->leave_ms)
		leave_done(l);
}

/* The worker's side. */

void link_announce(struct link *l)
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
	send_answers(l);
	if (l->is_greeted && l->is_announced)
		say_leaving(l);
	else
		leave_done(l); /* it has nothing for us */
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
	l->out.limit = SOCKET_REPLY_BODY_MAX;
	l->endpoint = strdup(options->endpoint);
	l->flush = evtimer_new(base, on_flush, l);
	l->tick = evtimer_new(base, on_tick, l);
	if (!l->endpoint || !l->flush || !l->tick)
		goto failed;
	st = open_socket(l, why);
	if (st != ST_OK)
		goto failed;
	link_announce(l);
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
		send_answers(l);
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
