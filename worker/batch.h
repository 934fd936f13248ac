/*
 * batch: requests in, answers out, one database connection between.
 *
 * Batches form by themselves: while a run is in the database, requests collect; when it is
 * answered, everything that has collected is the next run. An idle worker runs a single request
 * at once. In a run, requests of one method are one execution (worker/queue.h), and each writing
 * execution is a transaction (worker/run.h). Invariants:
 *
 * - Each request is answered exactly once (worker/answer.h).
 * - A write is answered only after its group's sync: an acknowledged write is committed.
 * - What fails together is run again one request at a time: each gets its own verdict.
 * - A request past its deadline, or that its asker does not want any more, is not run.
 * - When the connection is lost, what has not run waits for the next one until its deadline.
 *   What may have run is repeated if that is safe, else it is OUTCOME_UNKNOWN.
 */
#ifndef WORKER_BATCH_H
#define WORKER_BATCH_H

#include "common/envelope.h"

struct batch;
struct event_base;

enum { BATCH_QUEUE_MAX = 8192, BATCH_OVER_MS = 200 };

struct batch_options {
	const char *database_url, *time_zone;
	const unsigned char *worker;                        /* worker/database.h */
	bool (*wants)(void *origin, int64_t session);       /* false: it must not begin any more */
	struct buf *(*open)(void *origin, int64_t session); /* worker/answer.h */
	void (*close)(void *origin);
	void (*on_change)(void *arg); /* the database came or went; all are answered */
	void *arg;
};

struct batch_counts {
	size_t queued, in_flight;
	uint64_t done, failed; /* answered; of these with an error */
};

/* Begins to connect to the database. ST_BAD_SETTING. */
enum status batch_open(struct event_base *base, const struct batch_options *options,
	struct batch **out, struct fail *why) MUST_CHECK;

/* Takes a request (copied); what is wrong with it is answered within the call. */
void batch_submit(struct batch *b, void *origin, int64_t session, const struct envelope *request);

/* The asker has ended a session: nobody waits for what it asked for. Of that nothing begins any more
 * (see `wants`); a write that is in the database is ended with its connection, and what else is in
 * it run again, unless it has come within BATCH_OVER_MS: behind a lock it could undo what was done
 * since. */
void batch_end_session(struct batch *b, const void *origin, int64_t session);

bool batch_has_database(const struct batch *b);
bool batch_is_idle(const struct batch *b);
struct batch_counts batch_counts(const struct batch *b);
void batch_free(struct batch **b); /* answers nothing */

#endif
