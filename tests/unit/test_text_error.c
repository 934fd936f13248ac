#include <string.h>

#include "common/param_value.h"
#include "gateway/text_error.h"
#include "tests/unit/suite.h"

static const char *const choices[] = { "todo", "done", NULL };
static const struct param title = { .name = "title", .kind = PARAM_TEXT, .flags = PARAM_REQUIRED };
static const struct param notes = { .name = "notes", .kind = PARAM_TEXT };
static const struct param status = { .name = "status", .kind = PARAM_CHOICE, .choices = choices };

static const struct error_text import_texts[] = {
	{ .st = ST_BAD_REQUEST, .field = "Content-Type", .text = "Content-Type must be JSON" },
	{ .st = ST_INVALID_JSON, .rule = "the body must be an object", .text = "Not an object" },
	{ .st = ST_INVALID_JSON, .text = "Invalid JSON", .keeps_message = true },
	{ .st = ST_INVALID_INPUT, .field = "projects", .rule = PARAM_LIST_RULE, .text = "No list" },
	{ .st = ST_NOT_FOUND, .text = "No import" },
	{ 0 },
};

static const struct {
	const struct error_text *texts;
	const struct param *param;
	enum status st;
	const char *message, *field;
	const char *error, *shown; /* as JSON; shown is the message, NULL: `error` */
	const char *alias;
} errors[] = {
	/* known by their status */
	{ NULL, NULL, ST_NOT_FOUND, "project_id must be digits", "project_id",
		"Resource not found" },
	{ NULL, NULL, ST_INVALID_JSON, "broken JSON at byte 3: no value", NULL, "Bad request",
		"Broken JSON at byte 3: no value" },
	{ NULL, NULL, ST_INTERNAL, NULL, NULL, "Internal server error",
		"An unexpected failure: the log shows it under this trace_id" },
	/* a capital letter at the start */
	{ NULL, NULL, ST_TOPIC_NOT_FOUND, NULL, NULL, "Topic not found" },
	{ NULL, NULL, ST_PAYLOAD_TOO_LARGE, NULL, NULL, "The body is over 1 MiB" },
	{ NULL, NULL, ST_INVALID_INPUT, "a must be \"b\"", NULL, "A must be \\\"b\\\"" },
	{ NULL, NULL, ST_INVALID_INPUT, "\xc3\xa4 is \xc3\xa4", NULL, "\xc3\xa4 is \xc3\xa4" },
	/* the rules of params */
	{ NULL, &title, ST_INVALID_INPUT, "title is required", "title", "Title is required" },
	{ NULL, &title, ST_INVALID_INPUT, "title must not be empty", "title", "Title is required" },
	{ NULL, &notes, ST_INVALID_INPUT, "notes must not be empty", "notes",
		"Notes must not be empty" },
	{ NULL, &notes, ST_INVALID_INPUT, "notes must not be null", "notes",
		"Notes cannot be null" },
	{ NULL, &title, ST_INVALID_INPUT, "title must be text", "title", "Title must be text" },
	{ NULL, &status, ST_INVALID_INPUT, "status must be one of todo, done", "status",
		"Invalid status. Must be one of: todo, done" },
	{ NULL, &status, ST_INVALID_INPUT, "status must not be null", "status",
		"Status cannot be null" },
	{ NULL, &status, ST_INVALID_INPUT, "status must be given once", "status",
		"Status must be given once" },
	{ NULL, &notes, ST_INVALID_INPUT, "notes must be one of a, b", "notes",
		"Notes must be one of a, b" },
	{ NULL, &title, ST_NAME_TAKEN, "title must not be empty", "title",
		"Title must not be empty" },
	/* the texts of a row */
	{ import_texts, NULL, ST_BAD_REQUEST, "the body must be JSON", "Content-Type",
		"Content-Type must be JSON" },
	{ import_texts, NULL, ST_BAD_REQUEST, "no host", "Host", "Bad request", "No host" },
	{ import_texts, NULL, ST_INVALID_JSON, "the body must be an object", NULL,
		"Not an object" },
	{ import_texts, NULL, ST_INVALID_JSON, "the body is empty", NULL, "Invalid JSON",
		"The body is empty" },
	{ import_texts, NULL, ST_INVALID_INPUT, "projects must be a list", "projects", "No list" },
	{ import_texts, NULL, ST_INVALID_INPUT, "projects is required", "projects",
		"Projects is required" },
	{ import_texts, NULL, ST_NOT_FOUND, NULL, NULL, "No import" },
	/* an alias */
	{ NULL, &notes, ST_INVALID_INPUT, "notes must be text", "notes", "Search must be text",
		NULL, "search" },
	{ NULL, NULL, ST_INVALID_INPUT, "notes must be text", "notes", "Search must be text", NULL,
		"search" },
	{ NULL, &title, ST_INVALID_INPUT, "title is required", "title", "Search is required", NULL,
		"search" },
	{ NULL, &notes, ST_INVALID_INPUT, "notes must not be null", "notes",
		"Search cannot be null", NULL, "search" },
	{ NULL, &status, ST_INVALID_INPUT, "status must be one of todo, done", "status",
		"Invalid search. Must be one of: todo, done", NULL, "search" },
	{ NULL, &notes, ST_INVALID_INPUT, "no such row", "notes", "No such row", NULL, "search" },
};

START_TEST(an_error_is_the_text_that_its_clients_know)
{
	struct error_info error = { .st = errors[_i].st,
		.message = span_of(errors[_i].message),
		.field = span_of(errors[_i].field),
		.param = errors[_i].param,
		.alias = errors[_i].alias,
		.texts = errors[_i].texts };
	struct buf out = { 0 }, wanted = { 0 };
	text_error_put(&out, &error, SPAN("x"));
	const char *shown = errors[_i].shown ? errors[_i].shown : errors[_i].error;
	buf_printf(&wanted, "{\"error\":\"%s\",\"message\":\"%s\",\"trace_id\":\"x\"}",
		errors[_i].error, shown);
	ck_assert_msg(out.len == wanted.len && memcmp(out.bytes, wanted.bytes, out.len) == 0,
		"%.*s", (int)out.len, out.bytes);
	buf_fini(&out);
	buf_fini(&wanted);
}
END_TEST

static const struct {
	enum status st;
	const char *message, *body;
} token_errors[] = {
	{ ST_UNAUTHENTICATED, NULL,
		"{\"error\":\"Missing or invalid token\","
		"\"message\":\"Missing Authorization Header\","
		"\"msg\":\"Missing Authorization Header\",\"trace_id\":\"x\"}" },
	{ ST_TOKEN_INVALID, "Not enough segments",
		"{\"error\":\"Not enough segments\",\"message\":\"Not enough segments\","
		"\"msg\":\"Not enough segments\",\"trace_id\":\"x\"}" },
	{ ST_WRONG_TOKEN_TYPE, NULL,
		"{\"error\":\"Only non-refresh tokens are allowed\","
		"\"message\":\"Only non-refresh tokens are allowed\","
		"\"msg\":\"Only non-refresh tokens are allowed\",\"trace_id\":\"x\"}" },
	{ ST_TOKEN_EXPIRED, NULL,
		"{\"error\":\"Token has expired\",\"message\":\"Token has expired\","
		"\"msg\":\"Token has expired\",\"trace_id\":\"x\"}" },
	{ ST_TOKEN_REVOKED, NULL,
		"{\"error\":\"Token has been revoked\","
		"\"message\":\"Token has been revoked\","
		"\"msg\":\"Token has been revoked\",\"trace_id\":\"x\"}" },
	{ ST_INVALID_CREDENTIALS, NULL,
		"{\"error\":\"Invalid credentials\",\"message\":\"Invalid credentials\","
		"\"trace_id\":\"x\"}" },
};

START_TEST(an_error_of_a_token_has_the_name_of_the_library_too)
{
	struct error_info error = { .st = token_errors[_i].st,
		.message = span_of(token_errors[_i].message) };
	struct buf out = { 0 };
	text_error_put(&out, &error, SPAN("x"));
	ck_assert_msg(
		span_is(buf_view(&out), token_errors[_i].body), "%.*s", (int)out.len, out.bytes);
	buf_fini(&out);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("text_error");
	tcase_add_loop_test(tests, an_error_is_the_text_that_its_clients_know, 0,
		sizeof errors / sizeof *errors);
	tcase_add_loop_test(tests, an_error_of_a_token_has_the_name_of_the_library_too, 0,
		sizeof token_errors / sizeof *token_errors);
	return suite_run("text_error", tests);
}
