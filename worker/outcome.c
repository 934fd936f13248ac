#include "worker/outcome.h"

#include "common/log.h"
#include "common/service.h"
#include "worker/verdict.h"

enum { ATTEMPTS_MAX = 3, LOG_EVERY_MS = 1000 };

bool outcome_may_log(struct outcomes *o)
{
	uint64_t now_ms = service_now_ms();
	if (o->logged_ms && now_ms - o->logged_ms < LOG_EVERY_MS)
		return false;
	o->logged_ms = now_ms;
	return true;
}

static void refuse(struct outcomes *o, struct request *r, enum status st)
{
	o->in_flight--;
	answer_with(o->answers, r, st);
}

static void run_again(struct outcomes *o, const struct execution *e, bool to_run_alone)
{
	struct request_list again = { 0 };
	for (size_t i = 0; i < e->count; i++)
		request_list_push(&again, o->run->requests[e->first + i]);
	o->in_flight -= e->count;
	queue_return(o->queue, &again, to_run_alone);
}

/* Whether a statement that was ended may have been meant by a cancellation, but not this request. */
static bool was_hit_by_mistake(
	const struct outcomes *o, const struct request *r, struct verdict verdict)
{
	uint64_t now_ms = service_now_ms();
	return verdict.status == ST_DEADLINE_EXCEEDED && o->cancelled_ms
	       && now_ms - o->cancelled_ms < OUTCOME_CANCEL_MS && !r->is_abandoned
	       && now_ms < r->deadline_ms;
}

static void judge(struct outcomes *o, const struct execution *e, struct request *r)
{
	struct verdict v = verdict_of(e->sqlstate);
	v.try_again |= was_hit_by_mistake(o, r, v);
	if (v.try_again && ++r->attempts < ATTEMPTS_MAX) {
		o->in_flight--;
		queue_push_alone(o->queue, r);
		return;
	}
	const char *code = status_info(answer_status(r, v.status))->code;
	if (!r->is_abandoned && outcome_may_log(o))
		log_warn("%s failed: %s (SQLSTATE %s): answered %s, request %.*s", r->method->name,
			e->why.text, e->sqlstate, code, (int)r->request_id.len,
			r->request_id.bytes);
	refuse(o, r, v.status);
}

static void settle_failed(struct outcomes *o, const struct execution *e)
{
	if (e->count == 1) {
		judge(o, e, o->run->requests[e->first]);
		return;
	}
	if (outcome_may_log(o))
		log_info("%s failed for %zu requests together: %s (SQLSTATE %s): each runs alone",
			e->method->name, e->count, e->why.text, e->sqlstate);
	run_again(o, e, true);
}

bool outcome_settle(struct outcomes *o, struct execution *e)
{
	switch (e->fate) {
	case CAME:
		o->in_flight -= e->count;
		answer_rows(o->answers, o->run->requests, e);
		break;
	case FAILED:
		settle_failed(o, e);
		return !verdict_of(e->sqlstate).reconnect;
	case ABORTED:
	case UNANSWERED:
		run_again(o, e, e->is_alone);
		break;
	}
	return true;
}

/* `again` collects what may be run again together. */
static void recover_request(
	struct outcomes *o, struct request *r, bool is_undone, struct request_list *again)
{
	if (!is_undone && !request_is_repeatable(r)) {
		refuse(o, r, ST_OUTCOME_UNKNOWN);
		return;
	}
	if (!is_undone) {
		r->may_be_done = r->method->is_write;
		r->attempts++;
	}
	if (r->attempts >= ATTEMPTS_MAX) {
		refuse(o, r, ST_DATABASE_UNAVAILABLE);
		return;
	}
	o->in_flight--;
	if (r->attempts > 0)
		queue_push_alone(o->queue, r);
	else
		request_list_push(again, r);
}

void outcome_recover(struct outcomes *o, struct execution *e, bool was_told)
{
	struct request_list again = { 0 };
	if (e->fate == CAME && !e->method->is_write) {
		o->in_flight -= e->count;
		answer_rows(o->answers, o->run->requests, e);
		return;
	}
	bool is_undone = execution_is_undone(e, was_told);
	for (size_t i = 0; i < e->count; i++)
		recover_request(o, o->run->requests[e->first + i], is_undone, &again);
	database_rows_free(&e->rows);
	queue_return(o->queue, &again, false);
}
