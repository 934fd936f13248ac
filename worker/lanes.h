/*
 * lanes: a worker's requests, each in the lane that its method says (common/method.h).
 *
 *	read     plain reads
 *	write    changes
 *	slow     searches, reports, changes of many rows; few run and wait, the excess is OVERLOADED at once
 *	control  ends other statements: workers.fence, lanes.cancel
 *
 * Each lane is a batch of its own (worker/batch.h): a connection, a queue, a run. A slow statement, or
 * one that waits for a lock, holds up its own lane only. The write lane connects at the start: it
 * shows that the database is there and takes changes. The others connect at their first request. The
 * database counts as live while any lane is connected.
 *
 * A statement that nobody waits for any more, because its deadline has passed or who asked has left, is
 * cancelled in the database through the control lane.
 */
#ifndef WORKER_LANES_H
#define WORKER_LANES_H

#include "common/envelope.h"
#include "worker/batch.h"

struct lanes;

enum {
	LANES_QUEUE_MAX = 8192,  /* requests that a lane holds */
	LANES_SLOW_MAX = 64,     /* the slow lane's */
	LANES_ROWS_MAX = 400000, /* that the requests which wait in a lane may answer */
	LANES_SLOW_ROWS_MAX = 1280000,
	LANES_RUN_ROWS = 2000,       /* that one execution may answer */
	LANES_SLOW_RUN_ROWS = 80000, /* the slow lane's: four of the largest reports */
};

struct lanes_options {
	const char *database_url, *time_zone;
	const unsigned char *worker;                        /* worker/database.h */
	bool (*wants)(void *origin, int64_t session);       /* false: it must not begin any more */
	struct buf *(*open)(void *origin, int64_t session); /* worker/answer.h */
	void (*close)(void *origin);
	void (*on_change)(void *arg); /* the database came or went; all are answered */
	/* The database refuses a setting: no attempt to connect can succeed. */
	void (*on_bad_setting)(void *arg, const struct fail *why);
	void *arg;
};

/* Begins to connect to the database. ST_BAD_SETTING. */
enum status lanes_open(struct event_base *base, const struct lanes_options *options,
	struct lanes **out, struct fail *why) MUST_CHECK;

/* Takes a request (copied); what is wrong with it is answered within the call. */
void lanes_submit(struct lanes *l, void *origin, int64_t session, const struct envelope *request);

/* Runs an internal method (common/method.h) with these params, one MessagePack map. Nobody hears the
 * result; failures are logged. */
void lanes_run(struct lanes *l, const char *method, struct span params, int64_t deadline_ms);

/* The asker has ended a session; see batch_end_session. */
void lanes_end_session(struct lanes *l, const void *origin, int64_t session);

/* Nobody waits for this request any more: it need not run. */
void lanes_abandon(struct lanes *l, const void *origin, int64_t session, uint32_t msgid);

bool lanes_has_database(const struct lanes *l);
bool lanes_is_idle(const struct lanes *l);
struct batch_counts lanes_counts(const struct lanes *l);
void lanes_free(struct lanes **l); /* answers nothing */

#endif
