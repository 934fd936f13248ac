#include <string.h>

#include "gateway/dialect.h"
#include "tests/unit/suite.h"

static const struct {
	const char *path, *prefix;
} paths[] = {
	{ "/", "" },
	{ "", "" },
	{ "*", "" },
	{ "/topics", "" },
	{ "/apis", "" },
	{ "/API/tasks", "" },
	{ "//api/tasks", "" },
	{ "/api%2Ftasks", "" },
	{ "/api", "/api" },
	{ "/api/", "/api" },
	{ "/api/tasks/", "/api" },
	{ "/%61pi/tasks", "/api" },
	{ "/api/v10/topics", "/api" },
	{ "/api/v1x", "/api" },
	{ "/api//v1", "/api" },
	{ "/api/v1", "/api/v1" },
	{ "/api/v1/", "/api/v1" },
	{ "/api/v%31/topics/7", "/api/v1" },
};

START_TEST(a_path_belongs_to_the_dialect_of_its_first_segments)
{
	const struct dialect *dialect = dialect_of(span_of(paths[_i].path));
	ck_assert_msg(strcmp(dialect->prefix, paths[_i].prefix) == 0, "%s: \"%s\"", paths[_i].path,
		dialect->prefix);
}
END_TEST

static const struct {
	const char *path;
	enum status st;
	const char *message, *field, *body;
} errors[] = {
	{ "/topics/7", ST_TOPIC_NOT_FOUND, NULL, NULL,
		"{\"error\":{\"code\":\"TOPIC_NOT_FOUND\",\"message\":\"Topic not found\","
		"\"field\":\"topic_id\"},\"detail\":\"Topic not found\",\"trace_id\":\"x\"}" },
	{ "/api/v1/topics", ST_INVALID_INPUT, "name is missing", "name",
		"{\"error\":{\"code\":\"INVALID_INPUT\",\"message\":\"name is missing\","
		"\"field\":\"name\"},\"detail\":\"name is missing\",\"trace_id\":\"x\"}" },
	{ "/api/nowhere", ST_NOT_FOUND, NULL, NULL,
		"{\"error\":\"Resource not found\",\"message\":\"Resource not found\","
		"\"trace_id\":\"x\"}" },
};

START_TEST(an_error_has_the_shape_of_its_dialect)
{
	struct error_info error = { .st = errors[_i].st,
		.message = span_of(errors[_i].message),
		.field = span_of(errors[_i].field) };
	struct buf out = { 0 };
	dialect_of(span_of(errors[_i].path))->put_error(&out, &error, SPAN("x"));
	ck_assert_msg(span_is(buf_view(&out), errors[_i].body), "%.*s", (int)out.len, out.bytes);
	buf_fini(&out);
}
END_TEST

static const struct {
	const char *path;
	enum status st;
	int http_status;
} statuses[] = {
	{ "/topics", ST_TOKEN_INVALID, 401 },
	{ "/api/v1/topics", ST_TOKEN_INVALID, 401 },
	{ "/api/tasks", ST_TOKEN_INVALID, 422 },
	{ "/topics", ST_WRONG_TOKEN_TYPE, 401 },
	{ "/api/tasks", ST_WRONG_TOKEN_TYPE, 422 },
	{ "/api/tasks", ST_UNAUTHENTICATED, 401 },
	{ "/api/tasks", ST_TOKEN_EXPIRED, 401 },
	{ "/api/tasks", ST_TOKEN_REVOKED, 401 },
	{ "/api/tasks", ST_SCOPE_MISSING, 403 },
};

START_TEST(an_outcome_has_the_http_status_of_its_dialect)
{
	const struct dialect *dialect = dialect_of(span_of(statuses[_i].path));
	ck_assert_msg(dialect->status_of(statuses[_i].st) == statuses[_i].http_status, "%s %s",
		statuses[_i].path, status_info(statuses[_i].st)->code);
}
END_TEST

/* The search takes the first row that fits, and the last one fits every path. */
START_TEST(no_prefix_hides_a_longer_one)
{
	const struct dialect *one, *other;
	for (size_t i = 0; (one = dialect_at(i)); i++)
		for (size_t j = i + 1; (other = dialect_at(j)); j++)
			ck_assert_msg(strncmp(other->prefix, one->prefix, strlen(one->prefix)) != 0,
				"%s hides %s", one->prefix, other->prefix);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("dialect");
	tcase_add_loop_test(tests, a_path_belongs_to_the_dialect_of_its_first_segments, 0,
		sizeof paths / sizeof *paths);
	tcase_add_loop_test(
		tests, an_error_has_the_shape_of_its_dialect, 0, sizeof errors / sizeof *errors);
	tcase_add_loop_test(tests, an_outcome_has_the_http_status_of_its_dialect, 0,
		sizeof statuses / sizeof *statuses);
	tcase_add_test(tests, no_prefix_hides_a_longer_one);
	return suite_run("dialect", tests);
}
