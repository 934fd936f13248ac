#include "tests/unit/pool_sim.h"

static const struct refusal refusals[] = {
	{ ST_DATABASE_UNAVAILABLE, true },
	{ ST_OVERLOADED, true },
	{ ST_SHUTTING_DOWN, true },
	{ ST_NO_MEMORY, true },
	{ ST_INTERNAL, true },
	{ ST_NAME_TAKEN, false },
	{ ST_TOPIC_NOT_FOUND, false },
	{ ST_DEADLINE_EXCEEDED, false },
};

struct worker *sim_worker_at(struct sim *s, unsigned connection)
{
	for (size_t i = 0; i < WORKERS; i++)
		if (s->workers[i].is_alive && s->workers[i].connection == connection)
			return &s->workers[i];
	return NULL;
}

static void send_ready(struct sim *s, struct worker *w)
{
	struct message m = { .kind = READY,
		.connection = w->connection,
		.process = w->process,
		.epoch = w->epoch,
		.has_database = w->has_database,
		.is_old = w->is_old };
	m.credit = w->has_database && !w->is_leaving ? w->responded + WINDOW : w->received;
	if (w->granted < m.credit)
		w->granted = m.credit;
	w->is_announced = w->epoch != 0;
	w->ready_ms = s->now_ms + (w->epoch != 0 ? READY_MS : REGISTER_MS);
	sim_post(s, &m);
}

static void end_epoch(struct worker *w)
{
	w->received = w->responded = w->granted = 0;
	w->is_announced = false;
	w->held = 0; /* the worker does not begin requests of an ended epoch */
}

void sim_receive_hello(struct worker *w, int64_t epoch)
{
	if (epoch == w->epoch)
		return;
	end_epoch(w);
	w->epoch = epoch;
	w->ready_ms = 0;
}

void sim_receive_requests(struct sim *s, struct worker *w, const struct message *m)
{
	if (!w->is_announced || m->epoch != w->epoch) {
		MUST(s, s->profile->moved > 0); /* no other cause */
		return;
	}
	for (size_t i = 0; i < m->count && w->held < HELD; i++)
		w->items[w->held++] = m->items[i];
	w->received += (int64_t)m->count;
	if (s->profile->doubled == 0) /* a doubled request exceeds the credit */
		MUST(s, w->received <= w->granted);
}

void sim_start_worker(struct sim *s, struct worker *w)
{
	*w = (struct worker){ .is_alive = true,
		.has_database = true,
		.process = ++s->processes,
		.connection = ++s->connections,
		.is_old = sim_happens(s, s->profile->old) };
}

static void move_worker(struct sim *s, struct worker *w)
{
	end_epoch(w);
	w->epoch = 0;
	w->connection = ++s->connections;
	w->ready_ms = 0;
}

/* No worker runs a write after the pool has sent it again, or a later write with its key, even if
 * nobody waits for the earlier one. */
static void check_work(const struct sim *s, const struct call *call, const struct item *item)
{
	bool is_same = call->is_in && call->serial == item->serial;
	MUST(s, !is_same || !call->pooled.is_write || item->attempt == call->sent);
	bool is_ordered = item->key != 0 && s->profile->doubled == 0;
	MUST(s, !is_ordered || s->key_serials[item->key] <= item->serial);
}

/* Responds to some of its requests, in any order. */
static void respond_some(struct sim *s, struct worker *w)
{
	struct message m = { .kind = RESPONSES, .connection = w->connection, .epoch = w->epoch };
	for (unsigned n = sim_dice(s, WINDOW); n > 0 && w->held > 0; n--) {
		size_t i = sim_dice(s, (unsigned)w->held);
		struct item item = w->items[i];
		const struct call *call = &s->calls[item.slot];
		if (call->serial == item.serial && call->pooled.is_slow && sim_dice(s, 50))
			continue;
		w->items[i] = w->items[--w->held];
		if (call->is_poison && call->serial == item.serial) {
			w->is_alive = false;
			return; /* its message is lost */
		}
		check_work(s, call, &item);
		if (sim_happens(s, s->profile->refuses))
			item.refusal = &refusals[sim_dice(s, sizeof refusals / sizeof *refusals)];
		m.items[m.count++] = item;
		w->responded++;
	}
	m.credit = w->has_database && !w->is_leaving ? w->responded + WINDOW : w->received;
	if (w->granted < m.credit)
		w->granted = m.credit;
	if (m.count > 0)
		sim_post(s, &m);
}

static void leave(struct sim *s, struct worker *w)
{
	struct message m = { .kind = LEAVING, .connection = w->connection, .epoch = w->epoch };
	w->is_leaving = true;
	sim_post(s, &m);
}

void sim_worker_turn(struct sim *s, struct worker *w)
{
	const struct profile *p = s->profile;
	if (!w->is_alive) {
		if (sim_dice(s, 100) == 0)
			sim_start_worker(s, w);
		return;
	}
	if (s->now_ms < w->thaws_ms)
		return;
	bool has_left = w->is_leaving && w->held == 0 && sim_dice(s, 100) == 0;
	if (has_left || sim_happens(s, p->killed))
		w->is_alive = false;
	else if (sim_happens(s, p->frozen))
		w->thaws_ms = s->now_ms + sim_dice(s, 8000);
	else if (sim_happens(s, p->moved))
		move_worker(s, w);
	else if (sim_happens(s, w->has_database ? p->database : 300))
		w->has_database = !w->has_database, w->ready_ms = 0;
	else if (sim_happens(s, p->leaves) && w->epoch != 0)
		leave(s, w);
	else if (s->now_ms >= w->ready_ms)
		send_ready(s, w);
	else
		respond_some(s, w);
}
