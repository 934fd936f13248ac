#include "gateway/edge.h"

#include <event2/event.h>
#include <stdlib.h>

#include "gateway/connection.h"
#include "gateway/listener.h"

enum {
	WRITE_MS = 30000,
	LINGER_MS = 2000,
	QUIET_MS = 1000,      /* in a drain, before the next request of a client */
	DRAIN_MS = 5000,      /* for the rest of a request of which a part has come */
	DRAIN_MAX_MS = 10000, /* of the drain; less than service.c's SERVICE_DRAIN_MAX_MS */
	DRAIN_WRITE_MS = 2000,
};

/* Readers are large, so a connection borrows one only while it has a request. */
struct http_reader *edge_borrow_reader(struct edge *edge)
{
	if (edge->spare_count > 0)
		return edge->spares[--edge->spare_count];
	return calloc(1, sizeof(struct http_reader));
}

static void free_reader(struct http_reader *reader)
{
	http_reader_fini(reader);
	free(reader);
}

void edge_return_reader(struct edge *edge, struct http_reader **reader)
{
	if (edge->spare_count < EDGE_SPARES) {
		http_reader_next(*reader);
		edge->spares[edge->spare_count++] = *reader;
	} else {
		free_reader(*reader);
	}
	*reader = NULL;
}

static void report_drained(struct edge *edge)
{
	static const struct timeval now;
	if (edge->is_draining && edge->counts.connections == 0)
		evtimer_add(edge->drained, &now);
}

void edge_on_closed(struct edge *edge)
{
	if (edge->listener)
		listener_resume(edge->listener);
	report_drained(edge);
}

static bool has_room(void *arg)
{
	struct edge *edge = arg;
	return admission_has_room(&edge->admission);
}

static bool make_room(void *arg)
{
	struct edge *edge = arg;
	return admission_make_room(&edge->admission);
}

static void on_accept(int fd, const union address *from, void *arg)
{
	struct edge *edge = arg;
	edge->counts.accepted++;
	if (!connection_open(edge, fd, from))
		evutil_closesocket(fd);
}

static void on_last_closed(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct edge *edge = arg;
	if (edge->on_drained)
		edge->on_drained(edge->drained_arg);
}

static void count_cut(struct edge *edge, const struct connection *c)
{
	if (connection_awaits_app(c) && output_unsent(c) == 0)
		edge->counts.cut_requests++;
	else if (output_unsent(c) > 0)
		edge->counts.cut_responses++;
}

static void on_drain_limit(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct edge *edge = arg;
	struct connection *c;
	while ((c = LIST_FIRST(&edge->connections))) {
		count_cut(edge, c);
		connection_abort(c);
	}
}

static void on_slow(struct connection *c)
{
	struct edge *edge = c->edge;
	edge->counts.timed_out++;
	if (edge->is_draining)
		count_cut(edge, c);
	connection_abort(c);
}

static int given_or(int ms, int default_ms)
{
	return ms ? ms : default_ms;
}

static void init_deadlines(struct edge *edge)
{
	const struct edge_deadlines *given = &edge->options.deadlines;
	const int ms[DEADLINE_COUNT] = {
		[DEADLINE_FIRST] = given_or(given->first_ms, 10000),
		[DEADLINE_IDLE] = given_or(given->idle_ms, 60000),
		[DEADLINE_HEAD] = given_or(given->head_ms, 10000),
		[DEADLINE_BODY] = given_or(given->body_ms, 30000),
		[DEADLINE_QUIET] = given_or(given->quiet_ms, QUIET_MS),
		[DEADLINE_DRAIN] = DRAIN_MS,
		[DEADLINE_LINGER] = LINGER_MS,
	};
	for (int i = 0; i < DEADLINE_COUNT; i++)
		edge->deadlines_ms[i] = (uint64_t)ms[i];
}

static void init_admission(struct edge *edge)
{
	const struct edge_options *options = &edge->options;
	edge->admission = (struct admission){ .counts = &edge->counts,
		.max = (size_t)options->connections_max,
		.share_max = (size_t)options->connections_per_address,
		.min_idle_ms =
			(uint64_t)given_or(options->deadlines.min_idle_ms, ADMISSION_MIN_IDLE_MS),
		.on_make_room = connection_drop };
	admission_open(&edge->admission);
}

enum status edge_open(struct edge **out, struct event_base *base,
	const struct edge_options *options, struct fail *why)
{
	struct edge *edge = calloc(1, sizeof *edge);
	if (!edge)
		return ST_NO_MEMORY;
	*edge = (struct edge){ .base = base, .options = *options, .date_second = -1 };
	if (!options->bodies_max)
		edge->options.bodies_max = EDGE_BODIES_MAX;
	init_admission(edge);
	init_deadlines(edge);
	edge->drained = evtimer_new(base, on_last_closed, edge);
	edge->drain_limit = evtimer_new(base, on_drain_limit, edge);
	enum status st = ST_NO_MEMORY;
	int write_ms = given_or(options->deadlines.write_ms, WRITE_MS);
	if (!edge->drained || !edge->drain_limit || !edge_transports_open(&edge->transports, base)
		|| !outputs_open(
			&edge->outputs, base, (uint64_t)write_ms, options->unsent_max, on_slow))
		goto failed;
	struct listener_options listener = { .host = options->host,
		.port = options->port,
		.is_exclusive = options->is_exclusive,
		.passed_name = options->passed_name,
		.has_room = has_room,
		.make_room = make_room,
		.on_accept = on_accept,
		.arg = edge };
	st = listener_open(&edge->listener, base, &listener, why);
	if (st != ST_OK)
		goto failed;
	*out = edge;
	return ST_OK;

failed:
	edge_free(&edge); /* copes with half-built objects */
	return st;
}

union address edge_address(const struct edge *edge)
{
	union address none = { .any.sa_family = AF_UNSPEC };
	return edge->listener ? listener_address(edge->listener) : none;
}

int edge_port(const struct edge *edge)
{
	union address at = edge_address(edge);
	return address_port(&at);
}

struct edge_counts edge_counts(const struct edge *edge)
{
	return edge->counts;
}

void edge_add_counters(const struct edge *edge, struct counter_sources *sources)
{
	counter_sources_add(sources, &edge_counter_table, &edge->counts);
}

static void limit_drain(struct edge *edge)
{
	int ms = given_or(edge->options.deadlines.drain_ms, DRAIN_MAX_MS);
	struct timeval limit = { ms / 1000, ms % 1000 * 1000L };
	evtimer_add(edge->drain_limit, &limit);
	if (edge->outputs.period_ms > DRAIN_WRITE_MS)
		outputs_set_period(&edge->outputs, DRAIN_WRITE_MS);
}

void edge_drain(struct edge *edge, void (*on_drained)(void *arg), void *arg)
{
	edge->is_draining = true;
	edge->on_drained = on_drained;
	edge->drained_arg = arg;
	listener_free(&edge->listener);
	limit_drain(edge);
	for (struct connection *c = LIST_FIRST(&edge->connections), *next; c; c = next) {
		next = LIST_NEXT(c, others);
		connection_end_turn(c, connection_begin_turn(c));
	}
	report_drained(edge);
}

void edge_free(struct edge **out)
{
	struct edge *edge = *out;
	*out = NULL;
	if (!edge)
		return;
	listener_free(&edge->listener);
	while (!LIST_EMPTY(&edge->connections))
		connection_drop(LIST_FIRST(&edge->connections));
	while (edge->spare_count > 0)
		free_reader(edge->spares[--edge->spare_count]);
	outputs_close(&edge->outputs);
	if (edge->drained)
		event_free(edge->drained);
	if (edge->drain_limit)
		event_free(edge->drain_limit);
	edge_transports_close(&edge->transports);
	free(edge);
}
