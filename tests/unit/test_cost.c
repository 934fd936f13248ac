#include "worker/cost.h"
#include "tests/unit/suite.h"

static struct request_pool pool;
static struct costs costs;

static struct request *take(const char *method, int64_t account, struct span params)
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

static int64_t expect(const char *method, int64_t account, struct span params)
{
	struct request *r = take(method, account, params);
	int64_t rows = costs_estimate(&costs, r);
	request_release(&pool, &r);
	return rows;
}

static void learn(const char *method, int64_t account, struct span params, int64_t rows)
{
	struct request *r = take(method, account, params);
	costs_record(&costs, r, rows);
	request_release(&pool, &r);
}

#define NONE SPAN("\x80")
#define WEEKS           \
	SPAN("\x81\xa2" \
	     "by\xa4"   \
	     "week")

START_TEST(a_report_has_as_many_rows_as_it_had)
{
	ck_assert_int_eq(expect("stats.series", 1, NONE), 20000);
	learn("stats.series", 1, NONE, 12);
	ck_assert_int_eq(expect("stats.series", 1, NONE), 12);
	ck_assert_int_eq(expect("stats.series", 1, WEEKS), 20000);
	ck_assert_int_eq(expect("stats.series", 2, NONE), 20000);
	ck_assert_int_eq(expect("stats.summary", 1, NONE), 200);
	learn("stats.series", 1, NONE, 20000);
	ck_assert_int_eq(expect("stats.series", 1, NONE), 20000);
	learn("stats.totals", 1, NONE, 0);
	ck_assert_int_eq(expect("stats.totals", 1, NONE), 1);
	learn("stats.totals", 1, NONE, 50000);
	ck_assert_int_eq(expect("stats.totals", 1, NONE), 50000);
}
END_TEST

START_TEST(of_pages_and_rows_nothing_is_learned)
{
	learn("topics.list", 1, NONE, 3);
	ck_assert_int_eq(expect("topics.list", 1, NONE), 50);
	ck_assert_int_eq(expect("topics.get", 1, SPAN("\x81\xa8topic_id\x07")), 1);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("cost");
	tcase_add_test(tests, a_report_has_as_many_rows_as_it_had);
	tcase_add_test(tests, of_pages_and_rows_nothing_is_learned);
	return suite_run("cost", tests);
}
