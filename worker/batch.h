/*
 * batch: one lane: takes requests, runs them over one database connection and responds.
 *
 * Batches form without timers. While a run is in the database, requests collect in the queue; when
 * the run is finished, all collected requests form the next run. An idle lane runs a single request
 * at once. Requests of one method form one execution (worker/queue.h); each writing execution is a
 * transaction (worker/run.h). The connection opens at batch_start or at the first request.
 *
 * A request is obsolete if its deadline has passed, if it is abandoned, or if its epoch has ended.
 *
 * Invariants:
 *   - Each request gets exactly one response (worker/response.h).
 *   - The response to a write leaves after its group's sync: an acknowledged write is committed.
 *   - Requests that fail together run again singly, so each gets its own result.
 *   - An obsolete request is not sent to the database. One that was sent before it became obsolete,
 *     and waits there behind other groups of its run, may still run. The gateway holds the other
 *     writes on its row back until its response (schema/rpc.md).
 *   - A statement's timeout, from its own start, is at most the time that was left at the start of
 *     the run until the latest deadline of its group. When all requests of the running group are
 *     obsolete, `cancel_statement` is called.
 *   - When the connection is lost, requests that have not run wait for the next connection until
 *     their deadline. Requests that may have run are repeated if that is safe, else they get
 *     OUTCOME_UNKNOWN (worker/outcome.h).
 *   - A batch with a `primary` runs reads on a standby. Only their success is final. The primary
 *     runs everything else, also what waits when the connection is lost or the standby is behind.
 *   - If connecting has failed for BATCH_GRACE_MS while another lane is connected, requests get
 *     DATABASE_UNAVAILABLE.
 */
#ifndef WORKER_BATCH_H
#define WORKER_BATCH_H

#include "common/lane_counts.h"
#include "worker/response.h"

struct batch;
struct event_base;

enum {
	BATCH_ENDED_MS = 200, /* see batch_end_epoch */
	BATCH_GRACE_MS = 1000,
	BATCH_CANCEL_AGAIN_MS = 500, /* between two cancellations */
};

struct batch_options {
	enum lane lane;
	const char *database_url, *time_zone;
	const unsigned char *worker; /* worker/database.h */
	struct position *committed;  /* worker/lane_position.h; NULL: there is no standby */
	struct batch *primary;       /* of the standby lane; else NULL */
	struct responses *responses; /* shared by all lanes; outlives the batch, as its pool does */
	size_t requests_max;         /* queued and running */
	int64_t rows_max;            /* expected rows of all queued requests */
	int64_t run_rows;            /* expected rows of one execution */
	int64_t group_rows;          /* worker/run.h */
	bool (*has_database)(void *arg);                     /* whether any lane is connected */
	void (*cancel_statement)(void *arg, enum lane lane); /* the running one is obsolete */
	void (*on_connected)(void *arg);
	void (*on_bad_setting)(void *arg, const struct fail *why); /* it can never connect */
	void (*on_change)(void *arg); /* connected, disconnected, or idle */
	void *arg;
};

/* Does not connect yet. ST_BAD_SETTING. */
enum status batch_open(struct event_base *base, const struct batch_options *options,
	struct batch **out, struct fail *why) MUST_CHECK;

/* Connects without waiting for the first request. */
void batch_start(struct batch *b);

/* Ends the wait before the next attempt to connect. Call it when another lane has connected. */
void batch_connect_now(struct batch *b);

/* Returns ST_OK if batch_submit may be called, else ST_OVERLOADED or ST_DATABASE_UNAVAILABLE. */
enum status batch_admission_status(const struct batch *b);

/* Of the standby lane: whether batch_submit may be called for a read. */
bool batch_is_usable(const struct batch *b);

/* Takes a request. The caller has set `origin`, `epoch`, `deadline_ms` and `rows`. */
void batch_submit(struct batch *b, struct request *r);

/* The origin's epoch has ended: nobody waits for its requests. Queued ones are obsolete. A write of
 * the epoch that is still in the database after BATCH_ENDED_MS is ended by closing the connection,
 * because a write that waits for a lock could later undo a newer one. The other requests of its run
 * run again. */
void batch_end_epoch(struct batch *b, const struct origin *origin, int64_t epoch);

/* Marks a request as abandoned. Returns false if this lane does not have it. */
bool batch_abandon(struct batch *b, const struct origin *origin, int64_t epoch, uint32_t msgid);

bool batch_has_database(const struct batch *b);
bool batch_is_idle(const struct batch *b);
size_t batch_queued(const struct batch *b);
size_t batch_in_flight(const struct batch *b);
struct lane_counts batch_counts(const struct batch *b);
void batch_free(struct batch **b); /* sends no responses */

#endif
