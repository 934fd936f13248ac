#include "common/method.h"
#include "common/msg.h"
#include "tests/unit/suite.h"

/* `param` is given as an integer where it is not NULL. */
static struct span params_with(struct buf *out, const char *param, int64_t value)
{
	buf_clear(out);
	msg_put_map(out, param != NULL);
	if (param) {
		msg_put_key(out, param);
		msg_put_int(out, value);
	}
	return buf_view(out);
}

static const struct {
	const char *method, *param;
	int64_t value;
	enum lane lane;
	int64_t rows;
} requests[] = {
	{ "topics.get", NULL, 0, LANE_READ, 1 },
	{ "topics.list", NULL, 0, LANE_READ, 50 },
	{ "topics.list", "q", 1, LANE_SLOW, 50 },
	{ "sessions.list", "limit", 500, LANE_READ, 500 },
	{ "sessions.list", "limit", 501, LANE_READ, 500 },
	{ "sessions.list", "limit", -7, LANE_READ, 1 },
	{ "sessions.list", "q", 1, LANE_SLOW, 50 },
	{ "sessions.create", NULL, 0, LANE_WRITE, 1 },
	{ "topics.delete", "q", 1, LANE_WRITE, 1 },
	{ "topics.merge", NULL, 0, LANE_SLOW, 1 },
	{ "topics.restore", NULL, 0, LANE_WRITE, 1 },
	{ "topics.restore", "with_sessions", 1, LANE_SLOW, 1 },
	{ "stats.streak", NULL, 0, LANE_READ, 1 },
	{ "stats.totals", NULL, 0, LANE_READ, 200 },
	{ "stats.series", NULL, 0, LANE_SLOW, 20000 },
	{ "stats.heatmap", NULL, 0, LANE_SLOW, 366 },
	{ "workers.fence", NULL, 0, LANE_CONTROL, 1 },
};

START_TEST(a_request_has_a_lane_and_a_number_of_rows)
{
	struct buf bytes = { 0 };
	const struct method *m = method_find(span_of(requests[_i].method));
	struct span params = params_with(&bytes, requests[_i].param, requests[_i].value);
	ck_assert_int_eq(method_lane(m, params), requests[_i].lane);
	ck_assert_int_eq(method_rows(m, params), requests[_i].rows);
	ck_assert(method_runs_in(m, requests[_i].lane));
	buf_fini(&bytes);
}
END_TEST

START_TEST(a_limit_that_is_no_integer_counts_as_the_largest)
{
	struct buf bytes = { 0 };
	msg_put_map(&bytes, 1);
	msg_put_key(&bytes, "limit");
	msg_put_key(&bytes, "many");
	ck_assert_int_eq(method_rows(method_find(SPAN("topics.list")), buf_view(&bytes)), 500);
	buf_fini(&bytes);
}
END_TEST

START_TEST(a_method_runs_in_its_lane_and_where_a_param_takes_it)
{
	const struct method *list = method_find(SPAN("topics.list"));
	const struct method *create = method_find(SPAN("topics.create"));
	ck_assert(method_runs_in(list, LANE_READ) && method_runs_in(list, LANE_SLOW));
	ck_assert(!method_runs_in(list, LANE_WRITE) && !method_runs_in(list, LANE_CONTROL));
	ck_assert(method_runs_in(create, LANE_WRITE) && !method_runs_in(create, LANE_SLOW));
}
END_TEST

START_TEST(no_method_runs_in_no_lane)
{
	for (size_t i = 0; i < method_count(); i++) {
		size_t lanes = 0;
		for (enum lane lane = LANE_READ; lane < LANES; lane++)
			lanes += method_runs_in(method_at(i), lane);
		ck_assert_msg(lanes >= 1 && lanes <= 2, "%s", method_at(i)->name);
		ck_assert(!method_runs_in(method_at(i), LANE_BY_KIND));
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("method");
	tcase_add_loop_test(tests, a_request_has_a_lane_and_a_number_of_rows, 0,
		sizeof requests / sizeof *requests);
	tcase_add_test(tests, a_limit_that_is_no_integer_counts_as_the_largest);
	tcase_add_test(tests, a_method_runs_in_its_lane_and_where_a_param_takes_it);
	tcase_add_test(tests, no_method_runs_in_no_lane);
	return suite_run("method", tests);
}
