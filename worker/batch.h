/*
 * batch: the requests of one lane in, responses out, one database connection between.
 *
 * Batches form by themselves: while a run is in the database, requests collect; when it is
 * answered, everything that has collected is the next run. An idle lane runs a single request
 * at once. In a run, requests of one method are one execution (worker/queue.h), and each writing
 * execution is a transaction (worker/run.h). The connection is opened by batch_start or by the first
 * request. Invariants:
 *
 * - Each request is answered exactly once (worker/answer.h).
 * - A write is answered only after its group's sync: an acknowledged write is committed.
 * - What fails together is run again one request at a time: each gets its own verdict.
 * - A request that is over is not run: past its deadline, abandoned, or of a session that has ended.
 * - A statement is never given more time than the longest deadline of its group leaves. Where all
 *   requests of the running group are over, `on_over` asks to cancel its statement.
 * - When the connection is lost, what has not run waits for the next one until its deadline.
 *   What may have run is repeated if that is safe, else it is OUTCOME_UNKNOWN (worker/outcome.h).
 * - Where connecting has failed for BATCH_GRACE_MS though another lane is connected, requests are
 *   refused as DATABASE_UNAVAILABLE.
 */
#ifndef WORKER_BATCH_H
#define WORKER_BATCH_H

#include "worker/answer.h"

struct batch;
struct event_base;

enum {
	BATCH_OVER_MS = 200,
	BATCH_GRACE_MS = 1000,
	BATCH_CANCEL_AGAIN_MS = 500,
};

struct batch_options {
	enum lane lane;
	const char *database_url, *time_zone;
	const unsigned char *worker; /* worker/database.h */
	struct answers *answers;     /* shared by all lanes, with its pool; outlives the batch */
	size_t requests_max;         /* that wait and run */
	int64_t rows_max;            /* that those which wait may answer together */
	int64_t run_rows;            /* that one execution may answer */
	bool cuts_each;              /* worker/run.h */
	bool (*wants)(void *origin, int64_t session); /* false: it must not begin any more */
	bool (*has_database)(void *arg);              /* whether any lane is connected */
	void (*on_over)(void *arg, enum lane lane);   /* nobody waits for the running statement */
	void (*on_up)(void *arg);                     /* its connection is there */
	void (*on_bad_setting)(void *arg, const struct fail *why); /* it can't connect with it */
	void (*on_change)(void *arg); /* the database came or went; it is idle */
	void *arg;
};

struct batch_counts {
	size_t queued, in_flight;
	uint64_t done, failed; /* answered; of these with an error */
};

/* Does not connect yet. ST_BAD_SETTING. */
enum status batch_open(struct event_base *base, const struct batch_options *options,
	struct batch **out, struct fail *why) MUST_CHECK;

/* Connects, before the first request does it. */
void batch_start(struct batch *b);

/* Another lane has connected: if this one has failed to, it tries again at once. */
void batch_hurry(struct batch *b);

/* ST_OK where it takes a request more; else ST_OVERLOADED or ST_DATABASE_UNAVAILABLE. */
enum status batch_admits(const struct batch *b);

/* Takes a request whose `origin`, `session`, `deadline_ms` and `rows` are set. */
void batch_submit(struct batch *b, struct request *r);

/* The asker has ended a session: nobody waits for what it asked for. Of that nothing begins any more
 * (see `wants`); a write that is in the database is ended with its connection, and what else is in
 * it run again, unless it has come within BATCH_OVER_MS: behind a lock it could undo what was done
 * since. */
void batch_end_session(struct batch *b, const void *origin, int64_t session);

/* Nobody waits for the request any more; false where it is not here. */
bool batch_abandon(struct batch *b, const void *origin, int64_t session, uint32_t msgid);

bool batch_has_database(const struct batch *b);
bool batch_is_idle(const struct batch *b);
size_t batch_queued(const struct batch *b);
size_t batch_in_flight(const struct batch *b);
void batch_free(struct batch **b); /* answers nothing */

#endif
