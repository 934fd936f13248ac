#include "worker/cost.h"
#include "tests/unit/suite.h"

static struct request_pool pool;
static struct costs costs;

static struct request *acquire(const char *method, int64_t account, struct span params)
{
	struct envelope e = { .kind = ENVELOPE_REQUEST,
		.context = { account, SPAN("trace"), 1000 },
		.params = params };
	struct request *r = NULL;
	struct fail why = { 0 };
	enum status st = request_acquire(&pool, method_find(span_of(method)), &e, &r, &why);
	ck_assert_msg(st == ST_OK, "%s", why.text);
	return r;
}

static int64_t estimate(const char *method, int64_t account, struct span params)
{
	struct request *r = acquire(method, account, params);
	int64_t rows = costs_estimate(&costs, r);
	request_release(&pool, &r);
	return rows;
}

static void record(const char *method, int64_t account, struct span params, int64_t rows)
{
	struct request *r = acquire(method, account, params);
	costs_record(&costs, r, rows);
	request_release(&pool, &r);
}

#define NONE SPAN("\x80")
#define WEEKS           \
	SPAN("\x81\xa2" \
	     "by\xa4"   \
	     "week")

START_TEST(a_report_is_estimated_by_its_last_row_count)
{
	ck_assert_int_eq(estimate("stats.series", 1, NONE), 20000);
	record("stats.series", 1, NONE, 12);
	ck_assert_int_eq(estimate("stats.series", 1, NONE), 12);
	ck_assert_int_eq(estimate("stats.series", 1, WEEKS), 20000);
	ck_assert_int_eq(estimate("stats.series", 2, NONE), 20000);
	ck_assert_int_eq(estimate("stats.summary", 1, NONE), 200);
	record("stats.series", 1, NONE, 20000);
	ck_assert_int_eq(estimate("stats.series", 1, NONE), 20000);
	record("stats.totals", 1, NONE, 0);
	ck_assert_int_eq(estimate("stats.totals", 1, NONE), 1);
	record("stats.totals", 1, NONE, 50000);
	ck_assert_int_eq(estimate("stats.totals", 1, NONE), 50000);
}
END_TEST

START_TEST(pages_and_rows_are_not_recorded)
{
	record("topics.list", 1, NONE, 3);
	ck_assert_int_eq(estimate("topics.list", 1, NONE), 50);
	ck_assert_int_eq(estimate("topics.get", 1, SPAN("\x81\xa8topic_id\x07")), 1);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("cost");
	tcase_add_test(tests, a_report_is_estimated_by_its_last_row_count);
	tcase_add_test(tests, pages_and_rows_are_not_recorded);
	return suite_run("cost", tests);
}
