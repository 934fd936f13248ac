#include "gateway/output.h"

#include <event2/event.h>

#include "common/service.h"
#include "gateway/connection.h"

enum { CHECKS_PER_PERIOD = 6 };

static struct outputs *all_of(struct connection *c)
{
	return &c->edge->outputs;
}

size_t output_unsent(const struct connection *c)
{
	return edge_transport_unsent(&c->transport);
}

bool output_is_full(const struct connection *c)
{
	return output_unsent(c) > OUTPUT_FULL;
}

struct buf *output_buf(struct connection *c)
{
	return edge_transport_output(&c->transport);
}

void output_check(struct connection *c)
{
	if (c->stage != STAGE_FAILED && c->transport.output.failed)
		connection_fail(c);
}

void output_put(struct connection *c, struct span bytes)
{
	buf_span(output_buf(c), bytes);
	output_check(c);
}

void output_put_static(struct connection *c, struct span bytes)
{
	if (bytes.len > 0 && !edge_transport_put_static(&c->transport, bytes))
		output_check(c);
}

static void begin_period(struct connection *c)
{
	struct output *o = &c->output;
	o->mark_ms = service_now_ms();
	o->mark_put = edge_transport_all_put(&c->transport);
	o->mark_acknowledged = edge_transport_all_acknowledged(&c->transport);
}

static void stop_writing(struct connection *c)
{
	if (c->output.is_writing)
		TAILQ_REMOVE(&all_of(c)->writers, c, output.link);
	c->output.is_writing = false;
}

void output_send_later(struct connection *c)
{
	if (c->output.is_writing)
		return;
	c->output.is_writing = true;
	TAILQ_INSERT_TAIL(&all_of(c)->writers, c, output.link);
	begin_period(c);
	if (!edge_transport_start_writing(&c->transport))
		connection_fail(c);
}

/* While the loop writes, only the loop writes: else on_output_low might never be called. */
void output_send_now(struct connection *c)
{
	if (c->output.is_writing || output_unsent(c) == 0)
		return;
	edge_transport_send_now(&c->transport);
	if (output_unsent(c) > 0)
		output_send_later(c);
}

void output_on_written(struct connection *c)
{
	if (output_unsent(c) > 0)
		return;
	edge_transport_stop_writing(&c->transport);
	stop_writing(c);
}

static void count(struct connection *c, size_t unsent)
{
	struct outputs *all = all_of(c);
	all->unsent += unsent - c->output.counted;
	c->output.counted = unsent;
}

/* The app may be on the stack, so the loop closes connections. */
void output_update_count(struct connection *c)
{
	static const struct timeval at_once;
	struct outputs *all = all_of(c);
	count(c, output_unsent(c));
	if (all->unsent > all->unsent_max && !evtimer_pending(all->reclaim, NULL))
		evtimer_add(all->reclaim, &at_once);
}

void output_fini(struct connection *c)
{
	stop_writing(c);
	count(c, 0);
}

/* Returns true if the client is too slow. */
static bool check(struct connection *c, uint64_t now_ms)
{
	struct output *o = &c->output;
	uint64_t acknowledged = edge_transport_all_acknowledged(&c->transport);
	count(c, output_unsent(c));
	if (acknowledged - o->mark_acknowledged < OUTPUT_RATE_BYTES && acknowledged < o->mark_put)
		return now_ms - o->mark_ms >= all_of(c)->period_ms;
	begin_period(c);
	TAILQ_REMOVE(&all_of(c)->writers, c, output.link);
	TAILQ_INSERT_TAIL(&all_of(c)->writers, c, output.link);
	return false;
}

/* Checks each writer once, though writers that made progress move to the end of the list. */
static void on_check(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct outputs *all = arg;
	uint64_t now_ms = service_now_ms();
	struct connection *last = TAILQ_LAST(&all->writers, output_list);
	for (struct connection *c = TAILQ_FIRST(&all->writers), *next; c; c = next) {
		next = c == last ? NULL : TAILQ_NEXT(c, output.link);
		if (check(c, now_ms))
			all->on_slow(c);
	}
}

/* Closes one connection and runs again in the next turn of the loop. Updates the counts first: they
 * still include what was written since the last turn of a connection. */
static void on_reclaim(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	static const struct timeval at_once;
	struct outputs *all = arg;
	struct connection *c;
	for (c = TAILQ_FIRST(&all->writers); c; c = TAILQ_NEXT(c, output.link))
		count(c, output_unsent(c));
	c = TAILQ_FIRST(&all->writers);
	if (all->unsent <= all->unsent_max || !c)
		return;
	evtimer_add(all->reclaim, &at_once);
	all->on_slow(c);
}

void outputs_set_period(struct outputs *all, uint64_t period_ms)
{
	uint64_t interval_ms = period_ms / CHECKS_PER_PERIOD + 1;
	struct timeval interval = { (time_t)(interval_ms / 1000),
		(suseconds_t)(interval_ms % 1000 * 1000) };
	all->period_ms = period_ms;
	event_add(all->check, &interval);
}

bool outputs_open(struct outputs *all, struct event_base *base, uint64_t period_ms,
	size_t unsent_max, void (*on_slow)(struct connection *c))
{
	*all = (struct outputs){ .unsent_max = unsent_max ? unsent_max : OUTPUTS_UNSENT_MAX,
		.on_slow = on_slow };
	TAILQ_INIT(&all->writers);
	all->check = event_new(base, -1, EV_PERSIST, on_check, all);
	all->reclaim = evtimer_new(base, on_reclaim, all);
	if (!all->check || !all->reclaim)
		return false;
	outputs_set_period(all, period_ms);
	return true;
}

void outputs_close(struct outputs *all)
{
	if (all->check)
		event_free(all->check);
	if (all->reclaim)
		event_free(all->reclaim);
}
