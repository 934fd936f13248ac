/*
 * answer: what goes back to who asked: of each request one whole response, once.
 *
 * A response is written straight into its asker's buffer:
 *
 *	struct buf *out = open(origin, session);   NULL: nobody waits for it any more
 *	... one response is appended ...
 *	close(origin);
 *
 * With its answer a request goes back to its pool. A worker has one `struct answers` for all of its
 * lanes. A request without an origin is the worker's own: nobody hears the response.
 */
#ifndef WORKER_ANSWER_H
#define WORKER_ANSWER_H

#include "common/status.h"
#include "worker/cost.h"
#include "worker/run.h"

struct encode_plan;

/* Zeroed but for these: ready once answers_init has been called. */
struct answers {
	struct buf *(*open)(void *origin, int64_t session);
	void (*close)(void *origin);
	struct request_pool *pool;
	/* the module's */
	struct encode_plan **plans; /* by method_index */
	struct buf error, details;
	struct costs costs;
	uint64_t done, failed; /* answered; of these with an error */
};

enum status answers_init(struct answers *a) MUST_CHECK;
void answers_fini(struct answers *a);

/* What a method's results look like, at every connect: ST_INTERNAL where it can't be read. */
enum status answers_describe(struct answers *a, const struct method *m,
	const struct pg_result *columns, struct fail *why) MUST_CHECK;

/* Refuses what came from `origin` and is no request. */
void answer_refusal(struct answers *a, void *origin, int64_t session, uint32_t msgid,
	enum status st, const struct fail *why);

/* What may be said in place of `st`: of a write that an earlier execution may have done nobody
 * says that it was not, but ST_OUTCOME_UNKNOWN. */
enum status answer_status(const struct request *r, enum status st);

/* Refuses with that and takes a request. */
void answer_with(struct answers *a, struct request *r, enum status st);

/* Answers and takes the requests of an execution that came, and its rows. */
void answer_rows(struct answers *a, struct request *const *requests, struct execution *e);

#endif
