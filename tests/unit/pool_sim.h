/*
 * pool_sim: a simulation of the pool between callers, a network and workers.
 *
 * Callers come and leave. The network loses, delays, reorders and repeats messages. Workers
 * respond, die, freeze, move to another connection, lose their database, leave and lack methods.
 * The fence of a lost worker succeeds or fails, sooner or later. Gateways stall, drain and restart.
 *
 * Each part checks its rules of gateway/pool.h with MUST. test_pool_simulation.c drives the parts,
 * one event a step.
 */
#ifndef TESTS_UNIT_POOL_SIM_H
#define TESTS_UNIT_POOL_SIM_H

#include <check.h>

#include "gateway/pool.h"

enum {
	CALLS = 600,
	WORKERS = 6,
	WINDOW = 16,
	QUEUE = 200,
	MESSAGES = 4096,
	HELD = 64,
	READY_MS = 1000,
	REGISTER_MS = 100,
	DRAIN_MS = 8000,
	KEYS = 16,
	METHODS = 3, /* workers of an older version lack the last one */
};

/* How likely an event is: one in so many; 0: never. */
struct profile {
	const char *what;
	unsigned lost, doubled, slow;                     /* of messages */
	unsigned killed, frozen, moved, database, leaves; /* of a worker's turns */
	unsigned old;                                     /* of workers: an older version */
	unsigned poison, unsafe, gone;                    /* of calls */
	unsigned slow_percent, keys;                      /* of calls: slow; of writes: keys */
	unsigned refused;                                 /* of sends */
	unsigned refuses;                                 /* of a worker's responses */
	unsigned restarts, drains, stalls;                /* of steps */
};

/* A worker refuses with `st`. is_try_later: it says that nothing was done, and that a later try may
 * succeed. */
struct refusal {
	enum status st;
	bool is_try_later;
};

struct call {
	struct pool_call pooled;
	bool is_in, is_poison;
	unsigned serial, sent;
	uint64_t deadline_ms;
};

struct item {
	uint32_t msgid;
	unsigned slot, serial;
	unsigned attempt;              /* how often the call was sent */
	unsigned key;                  /* of the write; 0: none, or its order is not promised */
	const struct refusal *refusal; /* of a response; NULL: a result */
};

enum kind { REQUESTS, HELLO, READY, RESPONSES, LEAVING };

/* To the worker on `connection`, or from there to the gateway. */
struct message {
	uint64_t due_ms;
	unsigned order; /* among messages due at the same time, the older one is first */
	enum kind kind;
	unsigned connection, process;
	int64_t epoch, credit;
	bool has_database, is_old;
	size_t count;
	struct item items[WINDOW];
};

struct worker {
	bool is_alive, is_leaving, has_database, is_announced, is_old;
	unsigned process, connection;
	uint64_t thaws_ms, ready_ms;
	int64_t epoch, received, responded, granted; /* granted: the most credit that it has sent */
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
	unsigned key_serials[KEYS + 1]; /* of the last write with each key that was sent */
	unsigned long long made, slow_made, responded, ended, cancelled, dropped, gateways, unknown,
		fenced;
};

/* Cheaper than ck_assert, which reports its place each time. */
#define MUST(sim, rule)                                                                          \
	do {                                                                                     \
		if (!(rule))                                                                     \
			ck_abort_msg("%s: false with STUDYTRACKER_SEED=%llu at step %llu of %s", \
				#rule, (sim)->seed, (sim)->step, (sim)->profile->what);          \
	} while (0)

/* pool_sim_network.c */
unsigned sim_dice(struct sim *s, unsigned sides);
bool sim_happens(struct sim *s, unsigned one_in);
void sim_post(struct sim *s, const struct message *m);
struct message *sim_pop(struct sim *s); /* the first message; the caller frees it */
void sim_put_back(struct sim *s, struct message *m);

/* pool_sim_workers.c: workers, as worker/link.c is one */
struct worker *sim_worker_at(struct sim *s, unsigned connection); /* NULL: gone */
void sim_start_worker(struct sim *s, struct worker *w);
void sim_worker_turn(struct sim *s, struct worker *w);
void sim_receive_hello(struct worker *w, int64_t epoch);
void sim_receive_requests(struct sim *s, struct worker *w, const struct message *m);

/* pool_sim_calls.c: callers */
struct call *sim_call_of(struct pool_call *pooled);
void sim_start_call(struct sim *s);
void sim_take_ended(struct sim *s);

/* pool_sim_gateway.c: the gateway, as gateway/workers.c is one */
void sim_start_gateway(struct sim *s);
void sim_restart_gateway(struct sim *s);
void sim_gateway_turn(struct sim *s);
void sim_deliver_due(struct sim *s);
void sim_send_all(struct sim *s);
void sim_tick(struct sim *s);

#endif
