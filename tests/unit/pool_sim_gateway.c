#include "tests/unit/pool_sim.h"

#include <stdlib.h>
#include <string.h>

static struct span peer(const unsigned *connection)
{
	return (struct span){ (const char *)connection, sizeof *connection };
}

static unsigned connection_of(const struct pool_worker *w)
{
	unsigned connection;
	memcpy(&connection, w->peer, sizeof connection);
	return connection;
}

static const struct pool_methods old_methods = { { (1 << (METHODS - 1)) - 1 } };

static void receive_ready(struct sim *s, const struct message *m)
{
	struct pool_registration registration = { .peer = peer(&m->connection),
		.epoch = m->epoch,
		.credit = m->credit,
		.methods = m->is_old ? old_methods : pool_methods_all(),
		.has_database = m->has_database };
	memcpy(registration.uuid, &m->process, sizeof m->process);
	const struct pool_worker *w = pool_register(&s->pool, &registration, s->now_ms);
	MUST(s, w != NULL);
	MUST(s, pool_methods_has(&w->methods, METHODS - 1) == !m->is_old);
	struct message hello = { .kind = HELLO, .connection = m->connection, .epoch = w->epoch };
	sim_post(s, &hello);
}

/* The pool never reports a write as not done that an earlier worker may have done. */
static void check_response(struct sim *s, const struct call *call, const struct refusal *refusal)
{
	bool is_unknown =
		call->pooled.is_write && call->sent > 1 && refusal && refusal->is_try_later;
	MUST(s, call->pooled.outcome == (is_unknown ? ST_OUTCOME_UNKNOWN : ST_OK));
	s->unknown += is_unknown;
}

static void receive_responses(struct sim *s, struct pool_worker *w, const struct message *m)
{
	if (!pool_credit(&s->pool, w, m->epoch, m->credit, s->now_ms))
		return;
	for (size_t i = 0; i < m->count; i++) {
		const struct refusal *refusal = m->items[i].refusal;
		struct pool_call *pooled = pool_complete(
			&s->pool, w, m->items[i].msgid, refusal ? refusal->st : ST_OK);
		if (!pooled)
			continue;
		struct call *call = sim_call_of(pooled);
		MUST(s, call->is_in);
		MUST(s, call == &s->calls[m->items[i].slot] && call->serial == m->items[i].serial);
		MUST(s, call->deadline_ms > s->ticked_ms);
		check_response(s, call, refusal);
		call->is_in = false;
		s->responded++;
	}
}

static void deliver(struct sim *s, const struct message *m)
{
	if (m->kind == REQUESTS || m->kind == HELLO) {
		struct worker *to = sim_worker_at(s, m->connection);
		if (to && m->kind == HELLO)
			sim_receive_hello(to, m->epoch);
		else if (to)
			sim_receive_requests(s, to, m);
		return;
	}
	if (m->kind == READY) {
		receive_ready(s, m);
		return;
	}
	struct pool_worker *from = pool_worker_of(&s->pool, peer(&m->connection));
	if (from && m->kind == RESPONSES)
		receive_responses(s, from, m);
	else if (from)
		pool_leave(&s->pool, from, m->epoch);
}

/* A frozen worker gets its messages when it thaws. */
void sim_deliver_due(struct sim *s)
{
	if (s->messages == 0 || s->heap[0]->due_ms > s->now_ms)
		return;
	struct message *m = sim_pop(s);
	struct worker *to =
		m->kind == REQUESTS || m->kind == HELLO ? sim_worker_at(s, m->connection) : NULL;
	if (to && to->thaws_ms > s->now_ms) {
		m->due_ms = to->thaws_ms;
		sim_put_back(s, m);
		return;
	}
	deliver(s, m);
	free(m);
}

static size_t usable_workers(const struct sim *s)
{
	size_t count = 0;
	for (const struct pool_worker *w = pool_workers(&s->pool); w; w = w->next)
		count += w->has_database && !w->is_leaving;
	return count;
}

/* Sends one message of unsent calls, and checks the rules of each. */
static void send_message(struct sim *s, struct pool_worker *w)
{
	struct message m = { .kind = REQUESTS, .connection = connection_of(w), .epoch = w->epoch };
	for (; w->unsent && m.count < WINDOW; pool_sent(w)) {
		struct call *call = sim_call_of(w->unsent);
		MUST(s, call->is_in);
		MUST(s, pool_methods_has(&w->methods, call->pooled.method));
		call->sent++;
		MUST(s, s->key_serials[call->pooled.key] <= call->serial || call->pooled.key == 0);
		s->key_serials[call->pooled.key] = call->serial;
		MUST(s, call->sent <= (call->pooled.safe_to_repeat ? POOL_DEATHS : 1));
		m.items[m.count++] = (struct item){ w->unsent->msgid, (unsigned)(call - s->calls),
			call->serial, call->sent, (unsigned)call->pooled.key, NULL };
	}
	sim_post(s, &m);
}

static void check_is_full(const struct sim *s, size_t method)
{
	for (const struct pool_worker *w = pool_workers(&s->pool); w; w = w->next) {
		bool is_usable =
			w->has_database && !w->is_leaving && pool_methods_has(&w->methods, method);
		MUST(s, !is_usable || w->sent >= w->credit);
	}
}

/* If a plain call waits, each worker that has its method is full. */
static void check_plain_are_sent(const struct sim *s)
{
	const struct pool_call *call = NULL;
	int count = 0;
	TAILQ_FOREACH(call, &s->pool.plain.calls, link)
	{
		if (count++ < POOL_SKIP_MAX)
			check_is_full(s, call->method);
	}
}

/* A send finds a dead connection at once, or only silence shows it. */
void sim_send_all(struct sim *s)
{
	size_t usable = usable_workers(s), before = s->pool.retries_in_flight;
	pool_dispatch(&s->pool);
	size_t retries = s->pool.retries_in_flight;
	MUST(s, retries == before || retries <= (usable > 1 ? usable / 2 : 1));
	check_plain_are_sent(s);
	for (struct pool_worker *w = pool_workers(&s->pool), *next; w; w = next) {
		next = w->next;
		MUST(s, !w->unsent || (w->has_database && !w->is_leaving && w->sent <= w->credit));
		if (w->unsent && !sim_worker_at(s, connection_of(w)) && sim_dice(s, 2))
			pool_lose(&s->pool, w);
		else if (w->unsent && sim_happens(s, s->profile->refused))
			pool_requeue_unsent(&s->pool, w);
		else
			while (w->unsent)
				send_message(s, w);
	}
}

void sim_tick(struct sim *s)
{
	s->ticked_ms = s->now_ms;
	pool_tick(&s->pool, s->now_ms);
}

void sim_start_gateway(struct sim *s)
{
	struct pool_options options = {
		.queue_max = QUEUE, .methods = METHODS, .epoch = s->epoch += 1000000
	};
	pool_init(&s->pool, &options, s->now_ms);
	s->pool.index.next_msgid = sim_dice(s, 2) ? UINT32_MAX - 5000 : 1; /* ids wrap */
	s->gateways++;
	s->drained_ms = 0;
}

/* The order of the writes that workers have or get is no longer promised. */
static void forget_order(struct sim *s)
{
	for (size_t i = 0; i < WORKERS; i++)
		for (size_t k = 0; k < s->workers[i].held; k++)
			s->workers[i].items[k].key = 0;
	for (size_t i = 0; i < s->messages; i++)
		for (size_t k = 0; k < s->heap[i]->count; k++)
			s->heap[i]->items[k].key = 0;
}

/* The gateway was killed, or its drain has ended. */
void sim_restart_gateway(struct sim *s)
{
	pool_end_all(&s->pool, ST_SHUTTING_DOWN);
	sim_take_ended(s);
	MUST(s, s->pool.counts.live == 0);
	for (size_t i = 0; i < CALLS; i++)
		MUST(s, !s->calls[i].is_in);
	pool_fini(&s->pool);
	forget_order(s);
	sim_start_gateway(s);
	for (size_t i = 0; i < WORKERS; i++) /* ZeroMQ connects again by itself */
		if (s->workers[i].is_alive)
			s->workers[i].connection = ++s->connections;
}

/* The worker drops its requests and those on their way to it. */
static void end_work(struct sim *s, const struct pool_worker *lost)
{
	unsigned connection = connection_of(lost);
	struct worker *w = sim_worker_at(s, connection);
	if (w)
		w->held = 0;
	for (size_t i = 0; i < s->messages; i++)
		if (s->heap[i]->kind == REQUESTS && s->heap[i]->connection == connection)
			s->heap[i]->count = 0;
}

static void fence(struct sim *s, struct pool_worker *lost)
{
	bool has_ended = sim_dice(s, 20) != 0;
	if (has_ended)
		end_work(s, lost);
	else
		forget_order(s);
	pool_fenced(&s->pool, lost, has_ended);
	s->fenced++;
}

void sim_gateway_turn(struct sim *s)
{
	const struct profile *p = s->profile;
	if (sim_happens(s, p->restarts))
		sim_restart_gateway(s);
	if (sim_happens(s, p->drains) && !s->pool.is_draining) {
		pool_drain(&s->pool);
		s->drained_ms = s->now_ms;
	}
	if (s->pool.is_draining
		&& (s->pool.counts.live == 0 || s->now_ms > s->drained_ms + DRAIN_MS))
		sim_restart_gateway(s);
	if (pool_lost_workers(&s->pool) && sim_dice(s, 100) == 0)
		fence(s, pool_lost_workers(&s->pool));
	struct call *gone = &s->calls[sim_dice(s, CALLS)];
	if (gone->is_in && sim_happens(s, p->gone)) {
		pool_remove(&s->pool, &gone->pooled);
		gone->is_in = false;
		s->cancelled++;
	}
}
