/*
 * lanes: runs each request in the lane of its method (common/method.h).
 *
 *	read     plain reads
 *	write    changes
 *	slow     searches, reports, changes of many rows; beyond a small number: OVERLOADED
 *	control  ends other statements: workers.fence, lanes.cancel
 *	standby  plain reads on a standby, if there is one
 *
 * Each lane is a batch (worker/batch.h) with its own connection, queue and run. A statement that is
 * slow or waits for a lock delays only its own lane. The write lane connects at the start, which
 * proves that the database accepts changes. The other lanes connect at their first request. The
 * database counts as live while any lane is connected.
 *
 * With a standby, the lanes that write ask for a position in the WAL after each transaction, and
 * lanes_committed returns the latest. A plain read of a client whose context has a position runs in
 * the standby lane while the standby is connected and not behind (worker/lane_position.h). The read
 * lane, on the primary, runs the others, and those that the standby lane hands over.
 *
 * Requests with passwords wait for those first (worker/passwords.h), and so are in no lane.
 *
 * Memory: a lane holds the rows of one transaction at a time, so at most LANES_RUN_ROWS times
 * METHOD_ROW_BYTES (256 MiB), or one page of rows that count as several (docs/size.md).
 *
 * A statement is cancelled through the control lane when all its requests are past their deadline
 * or abandoned.
 */
#ifndef WORKER_LANES_H
#define WORKER_LANES_H

#include "common/counter.h"
#include "common/envelope.h"
#include "worker/batch.h"
#include "worker/passwords.h"

struct lanes;

enum {
	LANES_QUEUE_MAX = 8192,  /* requests of one lane */
	LANES_SLOW_MAX = 64,     /* the slow lane's */
	LANES_ROWS_MAX = 400000, /* expected rows of a lane's queued requests */
	LANES_SLOW_ROWS_MAX = 1280000,
	LANES_RUN_ROWS = 2000, /* expected rows (request_weight) of one execution and one group */
	LANES_SLOW_RUN_ROWS = 80000, /* four of the largest reports */
};

/* Requests of all lanes. */
struct lanes_counts {
	uint64_t in_flight, done, failed, queued;
};

extern const struct counter_table lanes_counter_table;

struct lanes_options {
	const char *database_url, *time_zone;
	const char *standby_url;     /* empty: none */
	const unsigned char *worker; /* worker/database.h */
	struct password_costs password_costs;
	const struct password_list *password_list; /* NULL: none */
	void (*on_change)(
		void *arg); /* the database connected or disconnected, or all lanes are idle */
	/* The database refuses a setting: no attempt to connect will succeed. */
	void (*on_bad_setting)(void *arg, const struct fail *why);
	void *arg;
};

/* Begins to connect to the database. ST_BAD_SETTING, ST_SYSTEM. */
enum status lanes_open(struct event_base *base, const struct lanes_options *options,
	struct lanes **out, struct fail *why) MUST_CHECK;

/* Copies and queues a request. Responds within the call if the request is invalid. */
void lanes_submit(
	struct lanes *l, struct origin *origin, int64_t epoch, const struct envelope *request);

/* Runs an internal method (common/method.h). `params` is one MessagePack map. The result is
 * discarded; failures are logged. */
void lanes_run_internal(
	struct lanes *l, const char *method, struct span params, int64_t deadline_ms);

/* The origin's epoch has ended; see batch_end_epoch. */
void lanes_end_epoch(struct lanes *l, const struct origin *origin, int64_t epoch);

/* Marks a request as abandoned: nobody waits for its response. */
void lanes_abandon(struct lanes *l, const struct origin *origin, int64_t epoch, uint32_t msgid);

bool lanes_has_database(const struct lanes *l);
bool lanes_is_idle(const struct lanes *l);
struct lanes_counts lanes_counts(const struct lanes *l);

/* A position after all writes that were responded to; none without a standby, or before the first
 * write. */
struct position lanes_committed(const struct lanes *l);

/* Appends {lane: {…}, …} (common/lane_counts.h). */
void lanes_put_counts(const struct lanes *l, struct buf *out);
void lanes_free(struct lanes **l); /* sends no responses */

#endif
