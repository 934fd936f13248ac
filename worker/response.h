/*
 * response: writes exactly one response for each request.
 *
 * A response is appended to the buffer of the origin that sent the request (worker/origin.h). A
 * request returns to its pool with its response. A worker has one `struct responses` for all
 * lanes.
 */
#ifndef WORKER_RESPONSE_H
#define WORKER_RESPONSE_H

#include "common/status.h"
#include "worker/cost.h"
#include "worker/run.h"

struct encode_plan;

/* Set the first field, zero the rest, then call responses_init. */
struct responses {
	struct request_pool *pool;
	/* private */
	struct encode_plan **plans; /* by method_index */
	struct buf error, details, result;
	struct costs costs;
	uint64_t done;   /* finished requests */
	uint64_t failed; /* of these, the ones that got an error */
};

enum status responses_init(struct responses *rs) MUST_CHECK;
void responses_fini(struct responses *rs);

/* Stores how to encode a method's rows. Call it at every connect. ST_INTERNAL: a column's type
 * is not supported. */
enum status responses_describe(struct responses *rs, const struct method *m,
	const struct pg_result *columns, struct fail *why) MUST_CHECK;

/* Responds with an error to a message that did not become a request. */
void response_refuse(struct responses *rs, struct origin *origin, int64_t epoch, uint32_t msgid,
	enum status st, const struct fail *why);

/* Returns `st`, or ST_OUTCOME_UNKNOWN if `st` means "not done" and an earlier execution of this
 * write may have been committed. */
enum status response_reportable_status(const struct request *r, enum status st);

/* Responds with the reportable status and releases the request. */
void response_fail(struct responses *rs, struct request *r, enum status st);

/* Responds to each request of a finished execution; releases the requests and frees the rows.
 * Moves the requests that a variant did not answer to `unanswered`: their method runs them. */
void responses_put_rows(struct responses *rs, struct request *const *requests, struct execution *e,
	struct request_list *unanswered);

#endif
