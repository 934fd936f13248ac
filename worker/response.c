#include "worker/response.h"

#include <stdlib.h>

#include "common/envelope.h"
#include "worker/crash.h"
#include "worker/cursor.h"
#include "worker/encode.h"
#include "worker/variant.h"

enum status responses_init(struct responses *rs)
{
	rs->plans = calloc(method_count(), sizeof *rs->plans);
	return rs->plans ? ST_OK : ST_NO_MEMORY;
}

void responses_fini(struct responses *rs)
{
	for (size_t i = 0; rs->plans && i < method_count(); i++)
		encode_plan_free(&rs->plans[i]);
	free(rs->plans);
	rs->plans = NULL;
	buf_fini(&rs->error);
	buf_fini(&rs->details);
	buf_fini(&rs->result);
}

enum status responses_describe(struct responses *rs, const struct method *m,
	const struct pg_result *columns, struct fail *why)
{
	struct encode_plan *plan = NULL;
	enum status st = encode_plan_new(m, columns, &plan, why);
	if (st != ST_OK)
		return st;
	encode_plan_free(&rs->plans[method_index(m)]);
	rs->plans[method_index(m)] = plan;
	return ST_OK;
}

static void put_error(struct responses *rs, struct buf *out, uint32_t msgid, enum status st,
	const struct fail *why)
{
	buf_clear(&rs->error);
	envelope_put_error_details(&rs->error, st, why, buf_view(&rs->details));
	envelope_put_error(out, msgid, buf_view(&rs->error));
	/* Half an error would corrupt the responses around it. */
	out->failed |= rs->error.failed | rs->details.failed;
	rs->failed++;
}

void response_refuse(struct responses *rs, struct origin *origin, int64_t epoch, uint32_t msgid,
	enum status st, const struct fail *why)
{
	rs->done++;
	buf_clear(&rs->details);
	struct buf *out = origin_open_response(origin, epoch);
	if (!out)
		return;
	put_error(rs, out, msgid, st, why);
	origin_close_response(origin);
}

enum status response_reportable_status(const struct request *r, enum status st)
{
	return r->maybe_committed && status_means_not_done(st) ? ST_OUTCOME_UNKNOWN : st;
}

void response_fail(struct responses *rs, struct request *r, enum status st)
{
	response_refuse(rs, r->origin, r->epoch, r->msgid, response_reportable_status(r, st), NULL);
	request_release(rs->pool, &r);
}

/* The rows of a finished execution. */
struct finished {
	const struct encode_plan *plan;
	struct encode_rows rows;
};

/* Encodes the result of the request, which has this row. */
static enum status encode_result(struct responses *rs, const struct request *r, struct finished *f,
	int64_t ord, struct buf *out, struct fail *why)
{
	struct encode_request want = { ord, request_limit(r),
		r->method->shape == RESULT_PAGE ? cursor_fingerprint(r) : 0, &rs->details };
	int first = f->rows.at;
	buf_clear(&rs->details);
	enum status st = encode_next(f->plan, &f->rows, &want, out, why);
	costs_record(&rs->costs, r, f->rows.at - first);
	return st;
}

static struct buf *open_response(struct responses *rs, const struct request *r)
{
	crash_if_requested(r->request_id, "test.crash.done");
	rs->done++;
	return origin_open_response(r->origin, r->epoch);
}

static void put_response(
	struct responses *rs, const struct request *r, struct finished *f, int64_t ord)
{
	struct buf *out = open_response(rs, r);
	if (!out)
		return;
	struct fail why = { 0 };
	size_t mark = out->len;
	envelope_open_result(out, r->msgid);
	enum status st = encode_result(rs, r, f, ord, out, &why);
	if (st != ST_OK) {
		out->len = mark;
		put_error(rs, out, r->msgid, response_reportable_status(r, st), &why);
	}
	origin_close_response(r->origin);
}

/* Half a result would corrupt the responses around it, as half an error would. */
static void put_result(const struct responses *rs, struct buf *out, uint32_t msgid)
{
	envelope_put_result(out, msgid, buf_view(&rs->result));
	out->failed |= rs->result.failed;
}

/* Encodes the result once for all requests that have the row. They are reads. */
static void put_same_responses(
	struct responses *rs, const struct request *first, struct finished *f, int64_t ord)
{
	struct fail why = { 0 };
	buf_clear(&rs->result);
	enum status st = encode_result(rs, first, f, ord, &rs->result, &why);
	for (const struct request *r = first; r; r = r->next) {
		struct buf *out = open_response(rs, r);
		if (!out)
			continue;
		if (st == ST_OK)
			put_result(rs, out, r->msgid);
		else
			put_error(rs, out, r->msgid, st, &why);
		origin_close_response(r->origin);
	}
}

void responses_put_rows(struct responses *rs, struct request *const *requests, struct execution *e,
	struct request_list *unanswered)
{
	struct finished f = { rs->plans[method_index(e->method)], encode_rows(e->rows) };
	for (size_t i = 0; i < e->rows_sent; i++) {
		struct request *r = requests[e->first + i];
		int64_t ord = (int64_t)i + 1;
		if (e->method->leaves_unanswered && !encode_has(&f.rows, ord)) {
			variant_leave(r);
			continue;
		}
		r->maybe_committed = r->method->is_write;
		if (r->next)
			put_same_responses(rs, r, &f, ord);
		else
			put_response(rs, r, &f, ord);
	}
	for (size_t i = 0; i < e->count; i++) {
		struct request *r = requests[e->first + i];
		if (r->variant != e->method)
			request_list_push(unanswered, r);
		else
			request_release(rs->pool, &r);
	}
	database_rows_free(&e->rows);
}
