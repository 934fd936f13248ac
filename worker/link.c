#include "worker/link.h"

#include "common/log.h"
#include "common/service.h"
#include "worker/inbox.h"
#include "worker/link_state.h"
#include "worker/link_wire.h"
#include "worker/timer.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct link {
	struct origin origin; /* first */
	struct link_options options;
	struct socket_hub *hub;
	char *endpoint;
	struct link_state state;
	struct link_wire wire;
	struct event *flush; /* sends the responses of a turn, after all input was read */
	struct event *tick;
	struct event *leave_limit;
	uint64_t greeted_ms; /* last gateway.hello */
	uint64_t ticked_ms, checked_ms;
	struct link_counts counts;
};

#define AT(field) COUNTER_AT(struct link_counts, field)

static const struct counter counter_rows[] = {
	{ "epochs",    COUNTER_TOTAL, AT(epochs),    "Epochs begun." },
	{ "requests",  COUNTER_TOTAL, AT(requests),  "Requests accepted." },
	{ "responses", COUNTER_TOTAL, AT(responses), "Responses sent." },
	{ "stalls",    COUNTER_TOTAL, AT(stalls),    "Epochs ended because this worker stood still." },
	{ "stale",     COUNTER_TOTAL, AT(stale),     "Requests dropped because no epoch was open." },
	{ "dropped",   COUNTER_TOTAL, AT(dropped),   "Responses dropped without an epoch, a connection or memory." },
	{ "malformed", COUNTER_TOTAL, AT(malformed), "Messages that could not be decoded." },
};

const struct counter_table link_counter_table = { "link", "studytracker_worker_link_", counter_rows,
	sizeof counter_rows / sizeof *counter_rows };

/* Actions of the state machine. */

static enum status open_socket(struct link *l, struct fail *why);
static void apply(struct link *l, enum link_event event);

static void end_epoch(struct link *l)
{
	link_wire_drop_responses(&l->wire);
	l->options.on_ended(l->options.arg, l, l->state.ended_epoch);
}

static void begin_epoch(struct link *l)
{
	l->counts.epochs++;
	log_info("gateway at %s connected: epoch %" PRId64, l->endpoint, l->state.epoch);
}

/* A new connection tells the gateway that the old epoch has ended. */
static void connect_again(struct link *l)
{
	struct fail why = { 0 };
	socket_free(&l->wire.socket);
	enum status st = open_socket(l, &why);
	if (st == ST_OK)
		apply(l, LINK_CONNECTED);
	else
		log_error("gateway at %s not connected: %s: trying again", l->endpoint,
			fail_text(&why, st));
}

static void send_leaving(struct link *l)
{
	link_wire_send_leaving(&l->wire);
	timer_arm(l->leave_limit, LINK_LEAVE_MS);
}

/* If memory runs out, the next tick tries again. */
static void send_ready(struct link *l)
{
	enum status st = link_wire_send_ready(&l->wire);
	if (st == ST_OK)
		apply(l, LINK_READY_SENT);
	else if (st == ST_OVERLOADED)
		apply(l, LINK_READY_REFUSED);
}

/* In the next turn: first the loop reads what an ended connection left behind. */
static void tick_now(struct link *l)
{
	timer_arm(l->tick, 0);
}

static void tick_later(struct link *l)
{
	bool is_registered = l->state.phase == LINK_OPEN || l->state.phase == LINK_LEAVING;
	timer_arm(l->tick, is_registered ? LINK_READY_MS : LINK_REGISTER_MS);
}

static void notify_left(struct link *l)
{
	l->options.on_left(l->options.arg);
}

/* In the order of enum link_action. */
static const struct {
	unsigned action;
	void (*execute)(struct link *l);
} action_table[] = {
	{ LINK_END_EPOCH, end_epoch },
	{ LINK_BEGIN_EPOCH, begin_epoch },
	{ LINK_CONNECT, connect_again },
	{ LINK_SEND_LEAVING, send_leaving },
	{ LINK_SEND_READY, send_ready },
	{ LINK_TICK_NOW, tick_now },
	{ LINK_TICK_LATER, tick_later },
	{ LINK_NOTIFY_LEFT, notify_left },
};

static void execute(struct link *l, unsigned actions)
{
	for (size_t i = 0; i < sizeof action_table / sizeof *action_table; i++)
		if (actions & action_table[i].action)
			action_table[i].execute(l);
}

static const char *reason_of(enum link_event cause)
{
	switch (cause) {
	case LINK_READY_REFUSED:
		return "no connection";
	case LINK_SILENCE:
		return "it is silent";
	default:
		return "its connection has ended";
	}
}

static void log_loss(const struct link *l, enum link_event cause)
{
	log_with(LOG_WARN, &(struct log_fields){ .event = LOG_EVENT_PEER_LOST },
		"gateway at %s is lost: %s: registering again", l->endpoint, reason_of(cause));
}

static void apply(struct link *l, enum link_event event)
{
	unsigned actions = link_state_apply(&l->state, event);
	if (actions & LINK_LOG_LOSS)
		log_loss(l, event);
	execute(l, actions);
}

/* Events of the loop. */

static void on_lost(struct socket *s, void *arg)
{
	(void)s;
	apply(arg, LINK_LOST);
}

static void check_stall(struct link *l, uint64_t now_ms)
{
	uint64_t still_ms = now_ms - l->ticked_ms;
	if (still_ms < LINK_STALL_MS || l->state.epoch == 0)
		return;
	log_warn("this worker stalled for %" PRIu64 " ms: ending the epoch of the gateway at %s",
		still_ms, l->endpoint);
	l->counts.stalls++;
	apply(l, LINK_STALLED);
}

/* The database may wake the process before the loop has handled a lost connection or a stall. */
static void check_liveness(struct link *l)
{
	uint64_t now_ms = service_now_ms();
	if (now_ms == l->checked_ms)
		return;
	l->checked_ms = now_ms;
	check_stall(l, now_ms);
	if (l->wire.socket)
		socket_check_lost(l->wire.socket);
}

static void on_flush(evutil_socket_t fd, short what, void *arg)
{
	struct link *l = arg;
	(void)fd, (void)what;
	link_wire_send_responses(&l->wire);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct link *l = arg;
	(void)fd, (void)what;
	check_liveness(l);
	l->ticked_ms = service_now_ms();
	if (l->ticked_ms - l->greeted_ms >= LINK_SILENCE_MS)
		apply(l, LINK_SILENCE);
	apply(l, LINK_TICK);
}

static void on_leave_limit(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	apply(arg, LINK_LEAVE_TIMEOUT);
}

/* The link as an origin (worker/origin.h). */

static bool has_epoch(struct origin *o, int64_t epoch)
{
	struct link *l = (struct link *)o;
	check_liveness(l);
	return epoch == l->state.epoch;
}

static struct buf *open_response(struct origin *o, int64_t epoch)
{
	struct link *l = (struct link *)o;
	if (epoch != l->state.epoch) {
		l->counts.dropped++;
		return NULL;
	}
	l->state.responded++;
	return link_wire_open_response(&l->wire);
}

static void close_response(struct origin *o)
{
	struct link *l = (struct link *)o;
	if (l->wire.outbox.responses == 0)
		timer_arm(l->flush, 0); /* for this one and those that follow it */
	link_wire_close_response(&l->wire);
}

static const struct origin_calls origin_calls = { has_epoch, open_response, close_response };

struct origin *link_origin(struct link *l)
{
	return &l->origin;
}

void link_send_responses(struct link *l)
{
	if (l->wire.socket)
		link_wire_send_responses(&l->wire);
}

/* Messages of the gateway. */

static void on_hello(void *arg, int64_t epoch)
{
	struct link *l = arg;
	unsigned actions;
	if (!link_state_hello(&l->state, epoch, &actions))
		return;
	l->greeted_ms = service_now_ms();
	execute(l, actions);
}

static void on_cancel(void *arg, int64_t epoch, uint32_t msgid)
{
	struct link *l = arg;
	if (epoch == l->state.epoch && l->options.on_cancel)
		l->options.on_cancel(l->options.arg, l, epoch, msgid);
}

static void on_request(void *arg, const struct envelope *e)
{
	struct link *l = arg;
	if (!link_state_is_open(&l->state)) {
		l->counts.stale++;
		return;
	}
	l->counts.requests++;
	l->state.received++;
	l->options.on_request(l->options.arg, l, l->state.epoch, e);
}

static void refuse(struct link *l, uint32_t msgid, const struct fail *why)
{
	l->counts.requests++;
	l->state.received++;
	struct buf *out = open_response(&l->origin, l->state.epoch), error = { 0 };
	envelope_put_error_map(&error, ST_MALFORMED, why);
	envelope_put_error(out, msgid, buf_view(&error));
	out->failed |= error.failed;
	buf_fini(&error);
	close_response(&l->origin);
}

/* A request gets an error: otherwise the gateway would wait for it and its credit would be lost. */
static void on_malformed(void *arg, const uint32_t *msgid, const struct fail *why)
{
	struct link *l = arg;
	l->counts.malformed++;
	if (log_limit_allows(&l->wire.log_limit))
		log_warn("malformed message from the gateway at %s: %s: %s", l->endpoint,
			fail_text(why, ST_MALFORMED), msgid ? "refused" : "dropped");
	if (msgid && link_state_is_open(&l->state))
		refuse(l, *msgid, why);
}

static void on_message(struct socket *s, struct span peer, struct span body, void *arg)
{
	static const struct inbox_events events = { on_request, on_hello, on_cancel, on_malformed };
	(void)s, (void)peer;
	check_liveness(arg);
	inbox_read(body, &events, arg);
}

/* Public functions. */

void link_send_ready(struct link *l)
{
	apply(l, LINK_CHANGED);
}

void link_leave(struct link *l)
{
	apply(l, LINK_LEAVE);
}

bool link_has_left(const struct link *l)
{
	return l->state.has_left;
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
	return socket_open(l->hub, &options, &l->wire.socket, why);
}

enum status link_open(struct socket_hub *hub, struct event_base *base,
	const struct link_options *options, struct link **out, struct fail *why)
{
	enum status st = ST_NO_MEMORY;
	struct link *l = calloc(1, sizeof *l);
	if (!l)
		goto failed;
	l->origin.calls = &origin_calls;
	l->options = *options;
	l->hub = hub;
	l->ticked_ms = service_now_ms();
	l->state = link_state_new();
	link_wire_init(&l->wire, &l->options, &l->state, &l->counts);
	l->endpoint = strdup(options->endpoint);
	l->options.endpoint = l->endpoint;
	l->flush = evtimer_new(base, on_flush, l);
	l->tick = evtimer_new(base, on_tick, l);
	l->leave_limit = evtimer_new(base, on_leave_limit, l);
	if (!l->endpoint || !l->flush || !l->tick || !l->leave_limit)
		goto failed;
	st = open_socket(l, why);
	if (st != ST_OK)
		goto failed;
	link_send_ready(l);
	*out = l;
	return ST_OK;

failed:
	link_free(&l, 0);
	return fail_wrap(why, st, "open the link to a gateway");
}

void link_free(struct link **link, int linger_ms)
{
	struct link *l = *link;
	if (!l)
		return;
	link_send_responses(l);
	timer_free(l->flush);
	timer_free(l->tick);
	timer_free(l->leave_limit);
	socket_free_lingering(&l->wire.socket, linger_ms);
	link_wire_fini(&l->wire);
	free(l->endpoint);
	free(l);
	*link = NULL;
}
