/* What study status makes of the answers of rpc.status. */
#include <json.h>

#include "client/study/status_rates.h"
#include "client/study/status_requests.h"
#include "tests/unit/suite.h"

static const struct {
	const char *title;
	struct status_histogram histogram;
	double quantile, value;
} quantiles[] = {
	{ "no values", { { 10, 100 }, { 0 }, 2 }, 0.5, -1 },
	{ "no bounds", { { 0 }, { 5 }, 0 }, 0.5, -1 },
	{ "within the first bucket", { { 10, 100 }, { 4 }, 2 }, 0.5, 5 },
	{ "within a later bucket", { { 10, 100 }, { 1, 1 }, 2 }, 0.75, 55 },
	{ "at a bound", { { 10, 100 }, { 1, 1 }, 2 }, 0.5, 10 },
	{ "after an empty bucket", { { 10, 100, 200 }, { 0, 0, 2 }, 3 }, 0.5, 150 },
	{ "above all bounds", { { 10, 100 }, { 1, 0, 9 }, 2 }, 0.99, 100 },
};

START_TEST(a_quantile_is_estimated_within_its_bucket)
{
	double value = status_quantile(&quantiles[_i].histogram, quantiles[_i].quantile);
	ck_assert_msg(value > quantiles[_i].value - 1e-9 && value < quantiles[_i].value + 1e-9,
		"%s: %f", quantiles[_i].title, value);
}
END_TEST

#define CLASS(requests, refused, unavailable, failed, durations)                             \
	"{\"requests\":" #requests ",\"refused\":" #refused ",\"unavailable\":" #unavailable \
	",\"failed\":" #failed ",\"duration_us\":" durations "}"
#define STATUS(read, write)                                                               \
	"{\"uptime_ms\":4000,\"http_requests\":{\"bounds_us\":[1000,2000],\"read\":" read \
	",\"write\":" write ",\"other\":" CLASS(0, 0, 0, 0, "[0,0,0,0]") "}}"
#define IDLE                                                      \
	"\"requests_per_second\":0.0,\"refused_per_second\":0.0," \
	"\"unavailable_per_second\":0.0,\"failed_per_second\":0.0,\"p50_ms\":null,\"p99_ms\":null"

static const char early[] =
	STATUS(CLASS(10, 5, 5, 0, "[9000,6,4,0]"), CLASS(8, 0, 0, 0, "[0,8,0,0]"));
static const char late[] =
	STATUS(CLASS(20, 7, 9, 1, "[9999,6,14,0]"), CLASS(8, 0, 0, 0, "[0,8,0,0]"));

static const struct {
	const char *now, *before, *requests; /* NULL: not told */
} intervals[] = {
	{ late, early,
		"{\"read\":{\"requests_per_second\":5.0,\"refused_per_second\":1.0,"
		"\"unavailable_per_second\":2.0,\"failed_per_second\":0.5,\"p50_ms\":1.5,\"p99_"
		"ms\":1.99},"
		"\"write\":{" IDLE "},\"other\":{" IDLE "}}" },
	/* since the start, 4 s ago */
	{ STATUS(CLASS(8, 4, 0, 0, "[0,0,8,0]"), CLASS(0, 0, 0, 0, "[0,0,0,0]")), NULL,
		"{\"read\":{\"requests_per_second\":2.0,\"refused_per_second\":1.0,"
		"\"unavailable_per_second\":0.0,\"failed_per_second\":0.0,\"p50_ms\":1.5,\"p99_"
		"ms\":1.99},"
		"\"write\":{" IDLE "},\"other\":{" IDLE "}}" },
	{ "{\"uptime_ms\":4000}", NULL, NULL },
	/* the bytes of another program */
	{ "{\"http_requests\":7}", early,
		"{\"read\":{" IDLE "},\"write\":{" IDLE "},\"other\":{" IDLE "}}" },
};

START_TEST(requests_are_those_of_the_interval)
{
	struct status_interval interval = { .now = json_tokener_parse(intervals[_i].now),
		.before = intervals[_i].before ? json_tokener_parse(intervals[_i].before) : NULL,
		.seconds = 2 };
	struct json_object *made = status_requests_json(&interval);
	ck_assert(!made == !intervals[_i].requests);
	if (made)
		ck_assert_str_eq(json_object_to_json_string_ext(made, JSON_C_TO_STRING_PLAIN),
			intervals[_i].requests);
	json_object_put(made);
	json_object_put(interval.now);
	json_object_put(interval.before);
}
END_TEST

static const char counted[] = "{\"uptime_ms\":4000,\"counts\":{\"calls\":30,\"overloaded\":9},"
			      "\"limited\":{\"account\":1,\"address\":3,\"login_account\":4}}";
static const char counted_before[] = "{\"counts\":{\"calls\":10,\"overloaded\":1},\"limited\":"
				     "{\"account\":1,\"address\":1,\"login_account\":0}}";

static const struct {
	const char *now, *before;
	double calls, overloaded, limited;
} rates[] = {
	{ counted, counted_before, 10, 4, 3 },
	{ counted, NULL, 7.5, 2.25, 2 }, /* since the start, 4 s ago */
	{ "{}", NULL, 0, 0, 0 },
};

static double number(struct json_object *object, const char *name)
{
	struct json_object *value = NULL;
	ck_assert(json_object_object_get_ex(object, name, &value));
	return json_object_get_double(value);
}

START_TEST(rates_are_those_of_the_interval)
{
	struct status_interval interval = { .now = json_tokener_parse(rates[_i].now),
		.before = rates[_i].before ? json_tokener_parse(rates[_i].before) : NULL,
		.seconds = 2 };
	struct json_object *made = status_rates_json(&interval);
	ck_assert_double_eq(number(made, "calls"), rates[_i].calls);
	ck_assert_double_eq(number(made, "overloaded"), rates[_i].overloaded);
	ck_assert_double_eq(number(made, "limited"), rates[_i].limited);
	json_object_put(made);
	json_object_put(interval.now);
	json_object_put(interval.before);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("status");
	tcase_add_loop_test(tests, a_quantile_is_estimated_within_its_bucket, 0,
		sizeof quantiles / sizeof *quantiles);
	tcase_add_loop_test(
		tests, requests_are_those_of_the_interval, 0, sizeof intervals / sizeof *intervals);
	tcase_add_loop_test(
		tests, rates_are_those_of_the_interval, 0, sizeof rates / sizeof *rates);
	return suite_run("study status", tests);
}
