#include "worker/outcome.h"

#include "common/log.h"
#include "common/service.h"
#include "worker/sqlstate.h"
#include "worker/variant.h"

enum { ATTEMPTS_MAX = 3 };

static void refuse(struct outcomes *o, struct request *r, enum status st)
{
	o->in_flight--;
	response_fail(o->responses, r, st);
}

static void run_again(struct outcomes *o, const struct execution *e, bool to_run_singly)
{
	struct request_list requeued = { 0 };
	for (size_t i = 0; i < e->count; i++)
		request_list_push(&requeued, o->run->requests[e->first + i]);
	o->in_flight -= e->count;
	queue_requeue(o->queue, &requeued, to_run_singly);
}

static void finish_done(struct outcomes *o, struct execution *e)
{
	struct request_list unanswered = { 0 };
	o->in_flight -= e->count;
	responses_put_rows(o->responses, o->run->requests, e, &unanswered);
	queue_requeue(o->queue, &unanswered, false);
}

/* Returns whether a cancellation may have ended the statement although this request is not
 * obsolete. */
static bool was_cancelled_for_others(
	const struct outcomes *o, const struct request *r, struct sqlstate_policy policy)
{
	uint64_t now_ms = service_now_ms();
	return policy.status == ST_DEADLINE_EXCEEDED && o->cancelled_ms
	       && now_ms - o->cancelled_ms < OUTCOME_CANCEL_MS && !r->is_abandoned
	       && now_ms < r->deadline_ms;
}

static void finish_failed_request(struct outcomes *o, const struct execution *e, struct request *r)
{
	struct sqlstate_policy v = sqlstate_policy(e->sqlstate);
	v.retry_at_once |= was_cancelled_for_others(o, r, v);
	if (v.retry_at_once && ++r->attempts < ATTEMPTS_MAX) {
		o->in_flight--;
		queue_push_singly(o->queue, r);
		return;
	}
	const char *code = status_info(response_reportable_status(r, v.status))->code;
	if (!r->is_abandoned && log_limit_allows(&o->log_limit))
		log_warn("%s failed: %s (SQLSTATE %s): responding %s, request %.*s",
			r->method->name, e->why.text, e->sqlstate, code, (int)r->request_id.len,
			r->request_id.bytes);
	refuse(o, r, v.status);
}

/* The standby cancels reads that conflict with what it replays (40001). */
static void hand_over(struct outcomes *o, const struct execution *e)
{
	if (log_limit_allows(&o->log_limit))
		log_info("%s failed on the standby: %s (SQLSTATE %s): the primary runs it",
			e->method->name, e->why.text, e->sqlstate);
	run_again(o, e, false);
}

/* Somebody else was first, which only the method expects. */
static void leave_to_method(struct outcomes *o, const struct execution *e)
{
	for (size_t i = 0; i < e->count; i++)
		variant_leave(o->run->requests[e->first + i]);
	run_again(o, e, false);
}

static void finish_failed(struct outcomes *o, const struct execution *e)
{
	if (o->hands_over) {
		hand_over(o, e);
		return;
	}
	if (e->method->leaves_unanswered && sqlstate_policy(e->sqlstate).retry_at_once) {
		leave_to_method(o, e);
		return;
	}
	if (e->rows_sent == 1) {
		for (size_t i = 0; i < e->count; i++)
			finish_failed_request(o, e, o->run->requests[e->first + i]);
		return;
	}
	if (log_limit_allows(&o->log_limit))
		log_info("%s failed for %zu requests together: %s (SQLSTATE %s): retrying each "
			 "singly",
			e->method->name, e->count, e->why.text, e->sqlstate);
	run_again(o, e, true);
}

bool outcome_finish(struct outcomes *o, struct execution *e)
{
	switch (e->state) {
	case EXECUTION_DONE:
		finish_done(o, e);
		break;
	case EXECUTION_FAILED:
		finish_failed(o, e);
		return !sqlstate_policy(e->sqlstate).reconnect;
	case EXECUTION_ABORTED:
	case EXECUTION_PENDING:
		run_again(o, e, e->is_single);
		break;
	}
	return true;
}

/* `requeued` collects what may run again together. */
static void recover_request(
	struct outcomes *o, struct request *r, bool surely_not_run, struct request_list *requeued)
{
	if (!surely_not_run && !request_is_repeatable(r)) {
		refuse(o, r, ST_OUTCOME_UNKNOWN);
		return;
	}
	if (!surely_not_run) {
		r->maybe_committed = r->method->is_write;
		r->attempts++;
	}
	if (r->attempts >= ATTEMPTS_MAX) {
		refuse(o, r, ST_DATABASE_UNAVAILABLE);
		return;
	}
	o->in_flight--;
	if (r->attempts > 0)
		queue_push_singly(o->queue, r);
	else
		request_list_push(requeued, r);
}

void outcome_recover(struct outcomes *o, struct execution *e, bool connection_ended_cleanly)
{
	struct request_list requeued = { 0 };
	if (e->state == EXECUTION_DONE && !e->method->is_write) {
		finish_done(o, e);
		return;
	}
	bool surely_not_run =
		o->hands_over || execution_surely_not_run(e, connection_ended_cleanly);
	for (size_t i = 0; i < e->count; i++)
		recover_request(o, o->run->requests[e->first + i], surely_not_run, &requeued);
	database_rows_free(&e->rows);
	queue_requeue(o->queue, &requeued, false);
}
