/* A value of a query, of each kind: from the escaped text to the value that the worker binds. */
#include "common/json_out.h"
#include "common/params.h"
#include "common/uuid.h"
#include "gateway/http_text.h"
#include "gateway/param_writer.h"
#include "tests/unit/suite.h"

static const char *const levels[] = { "low", "high", NULL };

enum param_at { COUNT, RATIO, DONE, LEVEL, DAY, CLOCK, AT, LOCAL, TEXT, NAME, FILE_ID, PARAMS };

/* clang-format off */
static const struct method method = {
	.name = "test.list",
	METHOD_PARAMS(
		{ .name = "count", .kind = PARAM_INT, .min = 1, .max = INT64_MAX },
		{ .name = "ratio", .kind = PARAM_REAL, .min = -1, .max = 100 },
		{ .name = "done", .kind = PARAM_BOOL },
		{ .name = "level", .kind = PARAM_CHOICE, .choices = levels },
		{ .name = "day", .kind = PARAM_DATE },
		{ .name = "clock", .kind = PARAM_TIME },
		{ .name = "at", .kind = PARAM_INSTANT },
		{ .name = "local", .kind = PARAM_LOCAL_INSTANT },
		{ .name = "text", .kind = PARAM_TEXT, .max = 20 },
		{ .name = "name", .kind = PARAM_NAME, .min = 1, .max = 20 },
		{ .name = "file", .kind = PARAM_UUID })
};
/* clang-format on */

#define ID     "01890a5d-ac96-774b-bcce-b302099a8057"
#define NUMBER "must be a positive whole number"
#define REAL   "must be a number from -1 to 100"
#define BOOL   "must be true or false"
#define DATE   "must be a date that exists, as YYYY-MM-DD, in the years 1900 to 9999"
#define TIME   "must be a time of day as HH:MM, 00:00 to 23:59"
#define INSTANT \
	"must be an instant with its offset, as 2026-01-31T18:30:00Z, in the years 1900 to 9999"
#define LOCAL_AT                                                                           \
	"must be an instant as 2026-01-31T18:30:00Z, or without offset for the account's " \
	"time zone, in the years 1900 to 9999"

static const struct {
	enum param_at param;
	const char *query; /* the value as it is in the URL */
	const char *value; /* the value as text */
	const char *rule;  /* if it is refused */
} rows[] = {
	{ COUNT, "7", "7", NULL },
	{ COUNT, "007", "7", NULL },
	{ COUNT, "123456789012345678", "123456789012345678", NULL },
	{ COUNT, "0", NULL, NUMBER },
	{ COUNT, "-1", NULL, NUMBER },
	{ COUNT, "1.5", NULL, NUMBER },
	{ COUNT, "%201", NULL, NUMBER },
	{ COUNT, "99999999999999999999", NULL, NUMBER },
	{ COUNT, "", NULL, NUMBER },
	{ RATIO, "0.25", "0.25", NULL },
	{ RATIO, "-1", "-1", NULL },
	{ RATIO, "2.5e-1", "0.25", NULL },
	{ RATIO, "1e%2B1", "10", NULL },
	{ RATIO, "100.5", NULL, REAL },
	{ RATIO, "nan", NULL, REAL },
	{ RATIO, ".5", NULL, REAL },
	{ DONE, "true", "true", NULL },
	{ DONE, "false", "false", NULL },
	{ DONE, "1", NULL, BOOL },
	{ DONE, "True", NULL, BOOL },
	{ DONE, "", NULL, BOOL },
	{ LEVEL, "high", "high", NULL },
	{ LEVEL, "hi%67h", "high", NULL },
	{ LEVEL, "High", NULL, "must be one of low, high" },
	{ LEVEL, "", NULL, "must be one of low, high" },
	{ DAY, "2024-02-29", "2024-02-29", NULL },
	{ DAY, "2023-02-29", NULL, DATE },
	{ DAY, "2024-2-9", NULL, DATE },
	{ CLOCK, "07:05", "07:05", NULL },
	{ CLOCK, "07%3A05", "07:05", NULL },
	{ CLOCK, "7:05", NULL, TIME },
	{ CLOCK, "24:00", NULL, TIME },
	{ AT, "2024-02-29T18:30:00Z", "2024-02-29T18:30:00.000000Z", NULL },
	{ AT, "2024-02-29T18:30:00%2B01:00", "2024-02-29T17:30:00.000000Z", NULL },
	{ AT, "2024-02-29T18:30:00+01:00", "2024-02-29T17:30:00.000000Z", NULL },
	{ AT, "2024-02-29+18:30:00+01:00", "2024-02-29T17:30:00.000000Z", NULL },
	{ AT, "2024-02-29T18:30:00.123456789+05:45", "2024-02-29T12:45:00.123456Z", NULL },
	{ AT, "2024-02-29T18:30:00-01:00", "2024-02-29T19:30:00.000000Z", NULL },
	{ AT, "2024-02-29T18:30:00", NULL, INSTANT },
	{ AT, "2024-02-29T18:30:00+", NULL, INSTANT },
	{ AT, "2024-02-29T18:30:00++1:00", NULL, INSTANT },
	{ AT, "2024-02-29+18:30", NULL, INSTANT },
	{ LOCAL, "2024-02-29T18:30:00Z", "2024-02-29T18:30:00.000000Z", NULL },
	{ LOCAL, "2024-02-29T18:30:00+01:00", "2024-02-29T17:30:00.000000Z", NULL },
	{ LOCAL, "2024-02-29T18:30:00%2b01:00", "2024-02-29T17:30:00.000000Z", NULL },
	{ LOCAL, "2024-02-29T18:30:00", "2024-02-29T18:30:00.000000", NULL },
	{ LOCAL, "2024-02-29+18:30:00.5", "2024-02-29T18:30:00.500000", NULL },
	{ LOCAL, "2024-02-29+18:30", "2024-02-29T18:30:00.000000", NULL },
	{ LOCAL, "2024-02-29T18:30+01:00", NULL, LOCAL_AT },
	{ LOCAL, "2024-02-29", NULL, LOCAL_AT },
	{ LOCAL, "", NULL, LOCAL_AT },
	{ TEXT, "C%2B%2B+is", "C++ is", NULL },
	{ TEXT, "2024-02-29+01:00", "2024-02-29 01:00", NULL },
	{ TEXT, "", "", NULL },
	{ NAME, "+C++x", "C x", NULL },
	{ NAME, "", NULL, "must not be blank" },
	{ FILE_ID, ID, ID, NULL },
	{ FILE_ID, "1", NULL, "must be a UUID: 32 hexadecimal digits in groups of 8-4-4-4-12" },
};

static size_t write_value(
	enum param_kind kind, const struct param_value *v, char out[UUID_TEXT_LEN])
{
	switch (kind) {
	case PARAM_DATE:
		date_format(v->integer, out);
		return DATE_TEXT_LEN;
	case PARAM_TIME:
		time_format(v->integer, out);
		return TIME_TEXT_LEN;
	case PARAM_UUID:
		uuid_format(v->uuid, out);
		return UUID_TEXT_LEN;
	default: /* an instant */
		return param_value_local_instant(v, out);
	}
}

static void show_value(struct buf *out, enum param_kind kind, const struct param_value *v)
{
	char text[UUID_TEXT_LEN];
	if (kind == PARAM_INT)
		buf_int(out, v->integer);
	else if (kind == PARAM_REAL)
		json_out_real(out, v->real);
	else if (kind == PARAM_BOOL)
		buf_text(out, v->boolean ? "true" : "false");
	else if (kind == PARAM_TEXT || kind == PARAM_NAME || kind == PARAM_CHOICE)
		buf_span(out, v->text);
	else
		buf_put(out, text, write_value(kind, v, text));
}

START_TEST(a_value_of_a_query_has_the_kind_of_its_param)
{
	const struct param *p = &method.params[rows[_i].param];
	struct buf name = { 0 }, value = { 0 }, query = { 0 }, params = { 0 }, names = { 0 },
		   shown = { 0 };
	struct param_value values[PARAMS];
	struct fail why = { 0 };
	buf_printf(&query, "%s=%s", p->name, rows[_i].query);
	struct span rest = buf_view(&query);
	ck_assert_int_eq(http_query_next(&rest, &name, &value), ST_OK);
	struct param_writer w = param_writer_open(&params, &why);
	ck_assert_int_eq(param_writer_url_text(&w, p, buf_view(&value)), ST_OK);
	param_writer_close(&w);
	enum status st = params_decode(&method, buf_view(&params), values, &names, &why);
	if (rows[_i].rule) {
		ck_assert_int_eq(st, ST_INVALID_INPUT);
		ck_assert_str_eq(why.field, p->name);
		buf_printf(&shown, "%s %s", p->name, rows[_i].rule);
		ck_assert_msg(span_is(buf_view(&shown), why.text), "%s", why.text);
	} else {
		ck_assert_msg(st == ST_OK, "%s", why.text);
		show_value(&shown, p->kind, &values[rows[_i].param]);
		ck_assert_msg(span_is(buf_view(&shown), rows[_i].value), "%.*s", (int)shown.len,
			shown.bytes);
	}
	struct buf *all[] = { &name, &value, &query, &params, &names, &shown };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		buf_fini(all[i]);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("param_writer");
	tcase_add_loop_test(
		tc, a_value_of_a_query_has_the_kind_of_its_param, 0, sizeof rows / sizeof *rows);
	return suite_run("param_writer", tc);
}
