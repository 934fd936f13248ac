#include "worker/answer.h"

#include <stdlib.h>

#include "common/envelope.h"
#include "worker/crash.h"
#include "worker/cursor.h"
#include "worker/encode.h"

enum status answers_init(struct answers *a)
{
	a->plans = calloc(method_count(), sizeof *a->plans);
	return a->plans ? ST_OK : ST_NO_MEMORY;
}

void answers_fini(struct answers *a)
{
	for (size_t i = 0; a->plans && i < method_count(); i++)
		encode_plan_free(&a->plans[i]);
	free(a->plans);
	a->plans = NULL;
	buf_fini(&a->error);
	buf_fini(&a->details);
}

enum status answers_describe(struct answers *a, const struct method *m,
	const struct pg_result *columns, struct fail *why)
{
	struct encode_plan *plan = NULL;
	enum status st = encode_plan_new(m, columns, &plan, why);
	if (st != ST_OK)
		return st;
	encode_plan_free(&a->plans[method_index(m)]);
	a->plans[method_index(m)] = plan;
	return ST_OK;
}

static void put_error(
	struct answers *a, struct buf *out, uint32_t msgid, enum status st, const struct fail *why)
{
	buf_clear(&a->error);
	envelope_put_error_details(&a->error, st, why, buf_view(&a->details));
	envelope_put_error(out, msgid, buf_view(&a->error));
	out->failed |= a->error.failed
		       | a->details.failed; /* half an error would spoil the answers around it */
	a->failed++;
}

static struct buf *open_response(struct answers *a, void *origin, int64_t session)
{
	return origin ? a->open(origin, session) : NULL;
}

void answer_refusal(struct answers *a, void *origin, int64_t session, uint32_t msgid,
	enum status st, const struct fail *why)
{
	a->done++;
	buf_clear(&a->details);
	struct buf *out = open_response(a, origin, session);
	if (!out)
		return;
	put_error(a, out, msgid, st, why);
	a->close(origin);
}

enum status answer_status(const struct request *r, enum status st)
{
	return r->may_be_done && status_denies(st) ? ST_OUTCOME_UNKNOWN : st;
}

void answer_with(struct answers *a, struct request *r, enum status st)
{
	answer_refusal(a, r->origin, r->session, r->msgid, answer_status(r, st), NULL);
	request_give(a->pool, &r);
}

static void answer_row(
	struct answers *a, const struct request *r, struct encode_rows *rows, int64_t ord)
{
	crash_if_asked(r->request_id, "test.crash.done");
	a->done++;
	struct buf *out = open_response(a, r->origin, r->session);
	if (!out)
		return;
	struct fail why = { 0 };
	size_t mark = out->len;
	struct encode_request want = { ord, request_limit(r),
		r->method->shape == RESULT_PAGE ? cursor_fingerprint(r) : 0, &a->details };
	int first = rows->at;
	buf_clear(&a->details);
	envelope_open_result(out, r->msgid);
	enum status st = encode_next(a->plans[method_index(r->method)], rows, &want, out, &why);
	costs_learn(&a->costs, r, rows->at - first);
	if (st != ST_OK) {
		out->len = mark;
		put_error(a, out, r->msgid, answer_status(r, st), &why);
	}
	a->close(r->origin);
}

void answer_rows(struct answers *a, struct request *const *requests, struct execution *e)
{
	struct encode_rows rows = encode_rows(e->rows);
	for (size_t i = 0; i < e->count; i++) {
		struct request *r = requests[e->first + i];
		r->may_be_done = r->method->is_write;
		answer_row(a, r, &rows, (int64_t)i + 1);
		request_give(a->pool, &r);
	}
	database_rows_free(&e->rows);
}
