#include "tests/unit/queue_fixture.h"

struct request_pool pool;
struct queue queue;
struct run run;
size_t dropped;
uint32_t obsolete_from;

static struct buf text_of_run;

struct request *acquire_of(int64_t account, const char *method, uint32_t msgid, struct span params)
{
	struct envelope e = { .kind = ENVELOPE_REQUEST,
		.msgid = msgid,
		.context = { account, SPAN("trace"), 1000 },
		.params = params };
	struct request *r = NULL;
	struct fail why = { 0 };
	enum status st = request_acquire(&pool, method_find(span_of(method)), &e, &r, &why);
	ck_assert_msg(st == ST_OK, "%s", why.text);
	return r;
}

void push_rows(uint32_t account, uint32_t msgid, int64_t rows)
{
	struct request *r = acquire_of(account, "stats.totals", msgid, SPAN("\x80"));
	r->rows = rows;
	queue_push(&queue, r);
}

void push_int(const char *method, uint32_t msgid, const char *param, int64_t value)
{
	struct buf params = { 0 };
	msg_put_map(&params, 1);
	msg_put_key(&params, param);
	msg_put_int(&params, value);
	queue_push(&queue, acquire_of(1, method, msgid, buf_view(&params)));
	buf_fini(&params);
}

void push_delete(uint32_t msgid, int64_t topic)
{
	push_int("topics.delete", msgid, "topic_id", topic);
}

static bool is_obsolete(void *arg, const struct request *r)
{
	(void)arg;
	return obsolete_from && r->msgid >= obsolete_from;
}

void queue_fixture_drop(void *arg, struct request *r)
{
	(void)arg;
	dropped++;
	request_release(&pool, &r);
}

const struct queue_filter filter = { is_obsolete, queue_fixture_drop, NULL };

const char *queue_fixture_fill(void)
{
	buf_clear(&text_of_run);
	queue_fill(&queue, &run, &filter);
	for (size_t i = 0; i < run.execution_count; i++) {
		const struct execution *e = &run.executions[i];
		buf_printf(&text_of_run, "%s%s", i ? "| " : "", e->is_single ? "singly " : "");
		for (size_t k = 0; k < e->rows_sent; k++) {
			const struct request *r = run.requests[e->first + k];
			buf_printf(&text_of_run, "%u", r->msgid);
			while ((r = r->next) != NULL)
				buf_printf(&text_of_run, "+%u", r->msgid);
			buf_byte(&text_of_run, ' ');
		}
		for (size_t k = 0; k < e->count; k++)
			request_release(&pool, &run.requests[e->first + k]);
	}
	run_clear(&run);
	buf_byte(&text_of_run, '\0');
	return text_of_run.bytes;
}

void queue_fixture_start(void)
{
	ck_assert(queue_init(&queue, RUN_ROWS) == ST_OK);
	ck_assert(run_init(&run, RUN_ROWS) == ST_OK);
	dropped = obsolete_from = 0;
}

void queue_fixture_end(void)
{
	queue_fini(&queue, &pool);
	run_fini(&run, &pool);
	request_pool_fini(&pool);
	buf_fini(&text_of_run);
}
