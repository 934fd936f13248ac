#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/pool.h"
#include "tests/unit/suite.h"

/* The pool between callers that come and leave, a network that loses, delays, reorders and
 * repeats messages, and workers that answer, die, freeze, move to another connection, lose
 * their database and leave; of those that are given up what is left is ended, sooner or later or
 * not at all. Gateways stall, drain and start again. A step is one event; after
 * each the rules of gateway/pool.h hold. The dice are STUDYTRACKER_SEED's, so that what a run
 * finds can be found again; STUDYTRACKER_STEPS says how long it is. */

enum {
	CALLS = 600,
	WORKERS = 6,
	WINDOW = 16,
	QUEUE = 200,
	MESSAGES = 4096,
	HELD = 64,
	STEPS = 400000, /* of each profile */
	READY_MS = 1000,
	ASK_MS = 100,
	DRAIN_MS = 8000,
	KEYS = 16,
};

/* One in so many, of what may happen; 0: never. */
struct profile {
	const char *what;
	unsigned lost, doubled, slow;                     /* of messages */
	unsigned killed, frozen, moved, database, leaves; /* of a worker's turns */
	unsigned poison, unsafe, gone;                    /* of calls */
	unsigned slow_percent, keys;                      /* of calls: slow ones; of writes: keys */
	unsigned refused;                                 /* of sends */
	unsigned refuses;                                 /* of a worker's answers */
	unsigned restarts, drains, stalls;                /* of steps */
};

static const struct profile profiles[] = {
	{ "searches", .slow_percent = 90, .unsafe = 4, .gone = 20 },
	{ "busy", .slow_percent = 20, .keys = 8, .unsafe = 4, .gone = 100, .refused = 500,
		.refuses = 50 },
	{ "lossy", .slow_percent = 20, .keys = 8, .lost = 50, .doubled = 30, .slow = 5, .unsafe = 4,
		.gone = 50, .refused = 100, .refuses = 20, .moved = 3000 },
	{ "deadly", .slow_percent = 20, .keys = 8, .slow = 50, .killed = 2000, .frozen = 4000,
		.moved = 4000, .database = 4000, .leaves = 8000, .poison = 500, .unsafe = 4,
		.gone = 50, .refused = 200, .refuses = 5 },
	{ "everything", .slow_percent = 30, .keys = 8, .lost = 100, .doubled = 100, .slow = 10,
		.killed = 3000, .frozen = 5000, .moved = 5000, .database = 5000, .leaves = 8000,
		.poison = 1000, .unsafe = 4, .gone = 50, .refused = 200, .refuses = 10,
		.restarts = 20000, .drains = 40000, .stalls = 20000 },
};

/* What a worker refuses with, and whether it says by it that nothing was done and may be later. */
static const struct refusal {
	enum status said;
	bool is_try_later;
} refusals[] = {
	{ ST_DATABASE_UNAVAILABLE, true },
	{ ST_OVERLOADED, true },
	{ ST_SHUTTING_DOWN, true },
	{ ST_NO_MEMORY, true },
	{ ST_INTERNAL, true },
	{ ST_NAME_TAKEN, false },
	{ ST_TOPIC_NOT_FOUND, false },
	{ ST_DEADLINE_EXCEEDED, false },
};

struct call {
	struct pool_call pooled;
	bool is_in, is_poison;
	unsigned serial, sent;
	uint64_t deadline_ms;
};

struct item {
	uint32_t msgid;
	unsigned slot, serial, attempt; /* attempt: the call was sent so often */
	const struct refusal *refusal;  /* an answer that is none; NULL: done */
};

enum kind { REQUESTS, HELLO, READY, ANSWERS, LEAVING };

/* To the worker at `connection`, or from there to the gateway. */
struct message {
	uint64_t due_ms;
	unsigned order; /* of two at the same time the older is first */
	enum kind kind;
	unsigned connection, process;
	int64_t epoch, credit;
	bool has_database;
	size_t count;
	struct item items[WINDOW];
};

struct worker {
	bool is_alive, is_leaving, has_database, is_announced;
	unsigned process, connection;
	uint64_t thaws_ms, ready_ms;
	int64_t epoch, received, answered, granted; /* granted: the most credit it has said */
	size_t held;
	struct item items[HELD];
};

struct sim {
	const struct profile *profile;
	unsigned long long seed, step;
	uint64_t random, now_ms, ticked_ms, drained_ms;
	struct pool pool;
	int64_t epoch;
	unsigned connections, processes, serials, orders;
	struct call calls[CALLS];
	struct worker workers[WORKERS];
	struct message *heap[MESSAGES];
	size_t messages;
	unsigned key_serials[KEYS + 1]; /* of the last write with that key that was sent */
	unsigned long long made, slow_made, answered, ended, cancelled, dropped, gateways, doubted,
		fenced;
};

/* Not ck_assert: that one tells each time where it is. */
#define MUST(sim, rule)                                                                           \
	do {                                                                                      \
		if (!(rule))                                                                      \
			ck_abort_msg("%s: not so with STUDYTRACKER_SEED=%llu at step %llu of %s", \
				#rule, (sim)->seed, (sim)->step, (sim)->profile->what);           \
	} while (0)

static unsigned dice(struct sim *s, unsigned sides)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return (unsigned)(s->random >> 33) % sides;
}

static bool happens(struct sim *s, unsigned one_in)
{
	return one_in > 0 && dice(s, one_in) == 0;
}

/* The network: a heap by time. */

static bool is_before(const struct message *a, const struct message *b)
{
	return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->order < b->order;
}

static void swap(struct sim *s, size_t a, size_t b)
{
	struct message *m = s->heap[a];
	s->heap[a] = s->heap[b];
	s->heap[b] = m;
}

static void push(struct sim *s, const struct message *what)
{
	if (s->messages == MESSAGES || happens(s, s->profile->lost)) {
		s->dropped++;
		return;
	}
	struct message *m = malloc(sizeof *m);
	ck_assert_ptr_nonnull(m);
	*m = *what;
	m->order = s->orders++;
	m->due_ms = s->now_ms + dice(s, 3) + (happens(s, s->profile->slow) ? dice(s, 2000) : 0);
	size_t i = s->messages++;
	s->heap[i] = m;
	for (; i > 0 && is_before(s->heap[i], s->heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(s, i, (i - 1) / 2);
}

static void post(struct sim *s, const struct message *m)
{
	push(s, m);
	if (happens(s, s->profile->doubled))
		push(s, m);
}

static struct message *pop(struct sim *s)
{
	struct message *first = s->heap[0];
	s->heap[0] = s->heap[--s->messages];
	for (size_t i = 0, least;; i = least) {
		least = i;
		for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < s->messages; child++)
			if (is_before(s->heap[child], s->heap[least]))
				least = child;
		if (least == i)
			return first;
		swap(s, i, least);
	}
}

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

static struct worker *worker_at(struct sim *s, unsigned connection)
{
	for (size_t i = 0; i < WORKERS; i++)
		if (s->workers[i].is_alive && s->workers[i].connection == connection)
			return &s->workers[i];
	return NULL;
}

/* Callers. */

static struct call *call_of(struct pool_call *pooled)
{
	return (struct call *)(void *)((char *)pooled - offsetof(struct call, pooled));
}

static void leave_sim(struct call *call)
{
	call->is_in = false;
}

/* By what is in it, not by what the pool counts. */
static bool is_queue_full(const struct sim *s, bool is_slow)
{
	size_t calls = 0;
	uint64_t rows = 0;
	for (size_t i = 0; i < CALLS; i++) {
		const struct pool_call *call = &s->calls[i].pooled;
		bool waits = s->calls[i].is_in
			     && (call->state == POOL_WAITING || call->state == POOL_FOLLOWING);
		if (!waits || call->is_slow != is_slow)
			continue;
		calls++;
		rows += call->rows;
	}
	return is_slow ? calls >= POOL_SLOW_MAX || rows >= POOL_SLOW_ROWS_MAX
		       : calls >= QUEUE || rows >= QUEUE * POOL_ROWS_EACH;
}

static void start_call(struct sim *s)
{
	struct call *call = &s->calls[dice(s, CALLS)];
	if (call->is_in)
		return;
	*call = (struct call){ .serial = ++s->serials,
		.is_poison = happens(s, s->profile->poison) };
	call->pooled.safe_to_repeat = !happens(s, s->profile->unsafe);
	call->pooled.is_write = !call->pooled.safe_to_repeat || dice(s, 2);
	if (!call->pooled.is_write || s->profile->keys == 0)
		call->pooled.is_slow = dice(s, 100) < s->profile->slow_percent;
	else if (dice(s, 2))
		call->pooled.key = 1 + dice(s, s->profile->keys);
	call->pooled.rows = 1 + dice(s, call->pooled.is_slow ? 20000 : 100);
	call->deadline_ms = call->pooled.deadline_ms =
		s->now_ms + (dice(s, 2) ? 1 : 3000) + dice(s, 9000);
	bool was_full = is_queue_full(s, call->pooled.is_slow);
	enum status st = pool_add(&s->pool, &call->pooled, s->now_ms);
	call->is_in = st == ST_OK;
	s->made += call->is_in;
	s->slow_made += call->is_in && call->pooled.is_slow;
	MUST(s, st == ST_OK || st == ST_OVERLOADED || st == ST_NO_WORKER
			|| st == ST_DATABASE_UNAVAILABLE || st == ST_SHUTTING_DOWN);
	MUST(s, st != ST_OVERLOADED || was_full);
	MUST(s, (st == ST_SHUTTING_DOWN) == s->pool.is_draining);
}

static void take_ended(struct sim *s)
{
	struct pool_call *pooled;
	while ((pooled = pool_take_ended(&s->pool))) {
		struct call *call = call_of(pooled);
		MUST(s, call->is_in);
		bool is_certain = pooled->outcome != ST_OUTCOME_UNKNOWN
				  && pooled->outcome != ST_DEADLINE_EXCEEDED;
		MUST(s, !is_certain || !pooled->is_write || call->sent == 0);
		MUST(s, pooled->outcome != ST_OUTCOME_UNKNOWN || call->sent > 0);
		MUST(s, pooled->outcome != ST_DEADLINE_EXCEEDED || s->now_ms >= call->deadline_ms);
		leave_sim(call);
		s->ended++;
	}
}

/* Workers, as worker/link.c is one. */

static void say_ready(struct sim *s, struct worker *w)
{
	struct message m = { .kind = READY,
		.connection = w->connection,
		.process = w->process,
		.epoch = w->epoch,
		.has_database = w->has_database };
	m.credit = w->has_database && !w->is_leaving ? w->answered + WINDOW : w->received;
	if (w->granted < m.credit)
		w->granted = m.credit;
	w->is_announced = w->epoch != 0;
	w->ready_ms = s->now_ms + (w->epoch != 0 ? READY_MS : ASK_MS);
	post(s, &m);
}

static void forget_session(struct worker *w)
{
	w->received = w->answered = w->granted = 0;
	w->is_announced = false;
	w->held = 0; /* what is held of a former session is not begun any more */
}

static void hear_hello(struct worker *w, int64_t epoch)
{
	if (epoch == w->epoch)
		return;
	forget_session(w);
	w->epoch = epoch;
	w->ready_ms = 0;
}

static void hear_requests(struct sim *s, struct worker *w, const struct message *m)
{
	if (!w->is_announced || m->epoch != w->epoch) {
		MUST(s, s->profile->moved > 0); /* else nothing is sent to who would not take it */
		return;
	}
	for (size_t i = 0; i < m->count && w->held < HELD; i++)
		w->items[w->held++] = m->items[i];
	w->received += (int64_t)m->count;
	if (s->profile->doubled == 0) /* a doubled request is one more than was granted */
		MUST(s, w->received <= w->granted);
}

static void restart_worker(struct sim *s, struct worker *w)
{
	*w = (struct worker){ .is_alive = true,
		.has_database = true,
		.process = ++s->processes,
		.connection = ++s->connections };
}

static void move_worker(struct sim *s, struct worker *w)
{
	forget_session(w);
	w->epoch = 0;
	w->connection = ++s->connections;
	w->ready_ms = 0;
}

/* A write is not done by an earlier worker once a later one has been asked for it. */
static void check_work(const struct sim *s, const struct call *call, const struct item *item)
{
	bool is_it = call->is_in && call->serial == item->serial;
	MUST(s, !is_it || !call->pooled.is_write || item->attempt == call->sent);
}

/* Answers some of what it holds, in any order. */
static void answer_some(struct sim *s, struct worker *w)
{
	struct message m = { .kind = ANSWERS, .connection = w->connection, .epoch = w->epoch };
	for (unsigned n = dice(s, WINDOW); n > 0 && w->held > 0; n--) {
		size_t i = dice(s, (unsigned)w->held);
		struct item item = w->items[i];
		const struct call *call = &s->calls[item.slot];
		if (call->serial == item.serial && call->pooled.is_slow && dice(s, 50))
			continue;
		w->items[i] = w->items[--w->held];
		if (call->is_poison && call->serial == item.serial) {
			w->is_alive = false;
			return; /* with all that it was about to say */
		}
		check_work(s, call, &item);
		if (happens(s, s->profile->refuses))
			item.refusal = &refusals[dice(s, sizeof refusals / sizeof *refusals)];
		m.items[m.count++] = item;
		w->answered++;
	}
	m.credit = w->has_database && !w->is_leaving ? w->answered + WINDOW : w->received;
	if (w->granted < m.credit)
		w->granted = m.credit;
	if (m.count > 0)
		post(s, &m);
}

static void leave(struct sim *s, struct worker *w)
{
	struct message m = { .kind = LEAVING, .connection = w->connection, .epoch = w->epoch };
	w->is_leaving = true;
	post(s, &m);
}

static void worker_turn(struct sim *s, struct worker *w)
{
	const struct profile *p = s->profile;
	if (!w->is_alive) {
		if (dice(s, 100) == 0)
			restart_worker(s, w);
		return;
	}
	if (s->now_ms < w->thaws_ms)
		return;
	bool has_left = w->is_leaving && w->held == 0 && dice(s, 100) == 0;
	if (has_left || happens(s, p->killed))
		w->is_alive = false;
	else if (happens(s, p->frozen))
		w->thaws_ms = s->now_ms + dice(s, 8000);
	else if (happens(s, p->moved))
		move_worker(s, w);
	else if (happens(s, w->has_database ? p->database : 300))
		w->has_database = !w->has_database, w->ready_ms = 0;
	else if (happens(s, p->leaves) && w->epoch != 0)
		leave(s, w);
	else if (s->now_ms >= w->ready_ms)
		say_ready(s, w);
	else
		answer_some(s, w);
}

/* The gateway, as gateway/workers.c is one. */

static void hear_ready(struct sim *s, const struct message *m)
{
	struct pool_registration registration = { .peer = peer(&m->connection),
		.epoch = m->epoch,
		.credit = m->credit,
		.has_database = m->has_database };
	memcpy(registration.uuid, &m->process, sizeof m->process);
	const struct pool_worker *w = pool_register(&s->pool, &registration, s->now_ms);
	MUST(s, w != NULL);
	struct message hello = { .kind = HELLO, .connection = m->connection, .epoch = w->epoch };
	post(s, &hello);
}

/* Nobody hears "not done" of a write that an earlier worker may have done. */
static void check_answer(struct sim *s, const struct call *call, const struct refusal *refusal)
{
	bool is_doubtful =
		call->pooled.is_write && call->sent > 1 && refusal && refusal->is_try_later;
	MUST(s, call->pooled.outcome == (is_doubtful ? ST_OUTCOME_UNKNOWN : ST_OK));
	s->doubted += is_doubtful;
}

static void hear_answers(struct sim *s, struct pool_worker *w, const struct message *m)
{
	if (!pool_credit(&s->pool, w, m->epoch, m->credit, s->now_ms))
		return;
	for (size_t i = 0; i < m->count; i++) {
		const struct refusal *refusal = m->items[i].refusal;
		struct pool_call *pooled = pool_complete(
			&s->pool, w, m->items[i].msgid, refusal ? refusal->said : ST_OK);
		if (!pooled)
			continue;
		struct call *call = call_of(pooled);
		MUST(s, call->is_in);
		MUST(s, call == &s->calls[m->items[i].slot] && call->serial == m->items[i].serial);
		MUST(s, call->deadline_ms > s->ticked_ms);
		check_answer(s, call, refusal);
		leave_sim(call);
		s->answered++;
	}
}

static void deliver(struct sim *s, const struct message *m)
{
	if (m->kind == REQUESTS || m->kind == HELLO) {
		struct worker *to = worker_at(s, m->connection);
		if (to && m->kind == HELLO)
			hear_hello(to, m->epoch);
		else if (to)
			hear_requests(s, to, m);
		return;
	}
	if (m->kind == READY) {
		hear_ready(s, m);
		return;
	}
	struct pool_worker *from = pool_worker_of(&s->pool, peer(&m->connection));
	if (from && m->kind == ANSWERS)
		hear_answers(s, from, m);
	else if (from)
		pool_leave(&s->pool, from, m->epoch);
}

/* A frozen worker finds what came meanwhile when it goes on. */
static void deliver_due(struct sim *s)
{
	if (s->messages == 0 || s->heap[0]->due_ms > s->now_ms)
		return;
	struct message *m = pop(s);
	struct worker *to =
		m->kind == REQUESTS || m->kind == HELLO ? worker_at(s, m->connection) : NULL;
	if (to && to->thaws_ms > s->now_ms) {
		m->due_ms = to->thaws_ms;
		size_t i = s->messages++;
		s->heap[i] = m;
		for (; i > 0 && is_before(s->heap[i], s->heap[(i - 1) / 2]); i = (i - 1) / 2)
			swap(s, i, (i - 1) / 2);
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

/* One message of what is unsent, each call's rules checked as it goes. */
static void send_message(struct sim *s, struct pool_worker *w)
{
	struct message m = { .kind = REQUESTS, .connection = connection_of(w), .epoch = w->epoch };
	for (; w->unsent && m.count < WINDOW; pool_sent(w)) {
		struct call *call = call_of(w->unsent);
		MUST(s, call->is_in);
		call->sent++;
		MUST(s, s->key_serials[call->pooled.key] <= call->serial || call->pooled.key == 0);
		s->key_serials[call->pooled.key] = call->serial;
		MUST(s, call->sent <= (call->pooled.safe_to_repeat ? POOL_DEATHS : 1));
		m.items[m.count++] = (struct item){ w->unsent->msgid, (unsigned)(call - s->calls),
			call->serial, call->sent, NULL };
	}
	post(s, &m);
}

/* Where a plain call waits, each worker is full, and mostly of plain calls. */
static void check_plain_are_sent(const struct sim *s)
{
	if (TAILQ_EMPTY(&s->pool.plain.calls))
		return;
	for (const struct pool_worker *w = pool_workers(&s->pool); w; w = w->next) {
		bool is_usable = w->has_database && !w->is_leaving;
		MUST(s, !is_usable || w->sent >= w->credit);
	}
}

/* That a connection is gone tells a send at once, or only silence does. */
static void send_all(struct sim *s)
{
	size_t usable = usable_workers(s), before = s->pool.retries_in_flight;
	pool_dispatch(&s->pool);
	size_t retries = s->pool.retries_in_flight;
	MUST(s, retries == before || retries <= (usable > 1 ? usable / 2 : 1));
	check_plain_are_sent(s);
	for (struct pool_worker *w = pool_workers(&s->pool), *next; w; w = next) {
		next = w->next;
		MUST(s, !w->unsent || (w->has_database && !w->is_leaving && w->sent <= w->credit));
		if (w->unsent && !worker_at(s, connection_of(w)) && dice(s, 2))
			pool_lose(&s->pool, w);
		else if (w->unsent && happens(s, s->profile->refused))
			pool_requeue_unsent(&s->pool, w);
		else
			while (w->unsent)
				send_message(s, w);
	}
}

static void tick(struct sim *s)
{
	s->ticked_ms = s->now_ms;
	pool_tick(&s->pool, s->now_ms);
}

static void start_gateway(struct sim *s)
{
	struct pool_options options = { .queue_max = QUEUE, .epoch = s->epoch += 1000000 };
	pool_init(&s->pool, &options, s->now_ms);
	s->pool.index.next_msgid = dice(s, 2) ? UINT32_MAX - 5000 : 1; /* ids go round */
	s->gateways++;
	s->drained_ms = 0;
}

/* Killed, or at the end of a drain: what was in it is nobody's any more. */
static void restart_gateway(struct sim *s)
{
	pool_end_all(&s->pool, ST_SHUTTING_DOWN);
	take_ended(s);
	MUST(s, s->pool.counts.live == 0);
	for (size_t i = 0; i < CALLS; i++)
		MUST(s, !s->calls[i].is_in);
	pool_fini(&s->pool);
	start_gateway(s);
	for (size_t i = 0; i < WORKERS; i++) /* ZeroMQ connects again by itself */
		if (s->workers[i].is_alive)
			s->workers[i].connection = ++s->connections;
}

/* What it holds is not done any more, nor what is on its way to it. */
static void end_work(struct sim *s, const struct pool_worker *lost)
{
	unsigned connection = connection_of(lost);
	struct worker *w = worker_at(s, connection);
	if (w)
		w->held = 0;
	for (size_t i = 0; i < s->messages; i++)
		if (s->heap[i]->kind == REQUESTS && s->heap[i]->connection == connection)
			s->heap[i]->count = 0;
}

static void fence(struct sim *s, struct pool_worker *lost)
{
	bool has_ended = dice(s, 20) != 0;
	if (has_ended)
		end_work(s, lost);
	pool_fenced(&s->pool, lost, has_ended);
	s->fenced++;
}

static void gateway_turn(struct sim *s)
{
	const struct profile *p = s->profile;
	if (happens(s, p->restarts))
		restart_gateway(s);
	if (happens(s, p->drains) && !s->pool.is_draining) {
		pool_drain(&s->pool);
		s->drained_ms = s->now_ms;
	}
	if (s->pool.is_draining
		&& (s->pool.counts.live == 0 || s->now_ms > s->drained_ms + DRAIN_MS))
		restart_gateway(s);
	if (pool_lost_workers(&s->pool) && dice(s, 100) == 0)
		fence(s, pool_lost_workers(&s->pool));
	struct call *gone = &s->calls[dice(s, CALLS)];
	if (gone->is_in && happens(s, p->gone)) {
		pool_remove(&s->pool, &gone->pooled);
		leave_sim(gone);
		s->cancelled++;
	}
}

/* The rules that hold at any time. */

static void check_worker(
	const struct sim *s, const struct pool_worker *w, size_t *in_flight, size_t *retries)
{
	size_t held = 0, assigned_retries = 0, slow = 0, share = 0;
	const struct pool_call *call = NULL;
	TAILQ_FOREACH(call, &w->assigned, link)
	{
		MUST(s, call->state == POOL_IN_FLIGHT && call->worker == w);
		held++;
		assigned_retries += call->losses > 0;
		slow += call->is_slow;
		share += call->is_slow && call->losses == 0;
	}
	MUST(s, held == w->in_flight);
	MUST(s, slow == w->slow_in_flight);
	bool may_err = s->profile->doubled || s->profile->slow; /* in how much credit there is */
	MUST(s, share <= (may_err ? POOL_SLOW_SHARE : WINDOW / 4));
	MUST(s, assigned_retries == w->has_retry);
	*in_flight += held;
	*retries += assigned_retries;
}

static size_t length(const struct sim *s, const struct pool_list *list, enum pool_state state)
{
	size_t count = 0;
	const struct pool_call *call = NULL;
	TAILQ_FOREACH(call, list, link)
	{
		MUST(s, call->state == state);
		count++;
	}
	return count;
}

static void check(const struct sim *s)
{
	const struct pool_counts *n = &s->pool.counts;
	size_t workers = 0, in_flight = 0, retries = 0;
	for (const struct pool_worker *w = pool_workers(&s->pool); w; w = w->next, workers++)
		check_worker(s, w, &in_flight, &retries);
	MUST(s, workers == s->pool.roster.count);
	MUST(s, in_flight == n->in_flight);
	MUST(s, retries == s->pool.retries_in_flight);
	MUST(s, n->live >= n->queued + n->retries + n->in_flight);
	MUST(s, n->queued <= QUEUE + POOL_SLOW_MAX + WORKERS * WINDOW);
}

/* Of the writes with one key all but one follow; how many do. */
static size_t check_order(const struct sim *s)
{
	size_t followers = 0, leaders[KEYS + 1] = { 0 };
	for (size_t i = 0; i < CALLS; i++) {
		const struct pool_call *call = &s->calls[i].pooled;
		if (!s->calls[i].is_in || call->key == 0)
			continue;
		followers += call->state == POOL_FOLLOWING;
		leaders[call->key] += call->state != POOL_FOLLOWING;
		MUST(s, leaders[call->key] <= 1);
	}
	return followers;
}

/* Costs more, so not after each step. */
static void check_lists(const struct sim *s)
{
	const struct pool_counts *n = &s->pool.counts;
	size_t in = 0;
	for (size_t i = 0; i < CALLS; i++) {
		in += s->calls[i].is_in;
		MUST(s, !s->calls[i].is_in || s->calls[i].pooled.state != POOL_OUTSIDE);
		MUST(s, !s->calls[i].is_in || s->calls[i].deadline_ms > s->ticked_ms);
	}
	MUST(s, in == n->live);
	size_t plain = length(s, &s->pool.plain.calls, POOL_WAITING);
	size_t slow = length(s, &s->pool.slow.calls, POOL_WAITING);
	size_t followers = check_order(s);
	MUST(s, plain + slow + followers == n->queued);
	MUST(s, s->pool.plain.count + s->pool.slow.count == n->queued);
	size_t retries = length(s, &s->pool.retries, POOL_RETRY);
	for (const struct pool_worker *w = pool_lost_workers(&s->pool); w; w = w->next)
		retries += length(s, &w->awaiting_fence, POOL_AWAITING_FENCE);
	MUST(s, retries == n->retries);
	MUST(s, length(s, &s->pool.ended, POOL_ENDED) == 0);
	MUST(s, n->live == n->queued + n->retries + n->in_flight);
	MUST(s, s->made == s->answered + s->ended + s->cancelled + in);
}

static void run_step(struct sim *s)
{
	s->step++;
	if (dice(s, 4) == 0)
		s->now_ms += 1 + dice(s, 4);
	if (happens(s, s->profile->stalls))
		s->now_ms += dice(s, 4000);
	gateway_turn(s);
	switch (dice(s, 4)) {
	case 0:
		start_call(s);
		break;
	case 1:
		worker_turn(s, &s->workers[dice(s, WORKERS)]);
		break;
	default:
		deliver_due(s);
		break;
	}
	if (s->now_ms - s->ticked_ms >= POOL_TICK_MS)
		tick(s);
	send_all(s);
	take_ended(s);
	check(s);
	if (s->step % 64 == 0)
		check_lists(s);
}

static unsigned long long from_environment(const char *name, unsigned long long fallback)
{
	const char *value = getenv(name);
	return value && *value ? strtoull(value, NULL, 10) : fallback;
}

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void tell(const struct sim *s, double took)
{
	const struct pool_counts *n = &s->pool.counts;
	printf("pool simulation %s: STUDYTRACKER_SEED=%llu, %llu steps, %.0f steps/s; %llu calls "
	       "(%llu slow), %llu answered (%llu in doubt), "
	       "%llu ended, %llu cancelled; %u workers, %llu fenced, %llu gateways, %llu messages "
	       "lost; of the "
	       "last gateway: "
	       "%llu repeated, %llu unknown, %llu late, %llu stale, %llu deaths\n",
		s->profile->what, s->seed, s->step, (double)s->step / took, s->made, s->slow_made,
		s->answered, s->doubted, s->ended, s->cancelled, s->processes, s->fenced,
		s->gateways, s->dropped, (unsigned long long)n->repeated,
		(unsigned long long)n->unknown, (unsigned long long)n->late,
		(unsigned long long)n->stale, (unsigned long long)n->deaths);
	(void)fflush(stdout);
}

START_TEST(the_rules_hold_after_each_step)
{
	struct sim *s = calloc(1, sizeof *s);
	ck_assert_ptr_nonnull(s);
	s->profile = &profiles[_i];
	s->seed = from_environment("STUDYTRACKER_SEED", 22112);
	s->random = (s->seed + (unsigned)_i + 1) * 0x9e3779b97f4a7c15u;
	s->now_ms = s->ticked_ms = 1000000;
	start_gateway(s);
	for (size_t i = 0; i < WORKERS; i++)
		restart_worker(s, &s->workers[i]);
	unsigned long long steps = from_environment("STUDYTRACKER_STEPS", STEPS);
	double began = seconds();
	while (s->step < steps)
		run_step(s);
	tell(s, seconds() - began);
	MUST(s, steps < STEPS || s->answered > s->made / 10);
	restart_gateway(s);
	pool_fini(&s->pool);
	while (s->messages > 0)
		free(pop(s));
	free(s);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("pool simulation");
	tcase_set_timeout(tc, 0); /* as long as it is told to; ctest has a limit of its own */
	tcase_add_loop_test(
		tc, the_rules_hold_after_each_step, 0, sizeof profiles / sizeof *profiles);
	return suite_run("pool simulation", tc);
}
