#include <stdlib.h>
#include <string.h>

#include "common/params.h"
#include "tests/unit/suite.h"

enum kind { NOTHING, NIL, INT, REAL, TEXT, BOOL, ARRAY };

struct value {
	const char *name; /* NULL: no other param than the required ones */
	enum kind kind;
	double number;
	const char *text;
};

#define SESSION "01890a5d-ac96-774b-bcce-b302099a8057"
#define MINUTES "duration_minutes must be a whole number from 1 to 1440"
#define TIME    "day_starts_at must be a time of day as HH:MM, 00:00 to 23:59"
#define DAY     "study_date must be a date that exists, as YYYY-MM-DD, in the years 1900 to 9999"
#define INSTANT                                                                                 \
	"created_at must be an instant with its offset, as 2026-01-31T18:30:00Z, in the years " \
	"1900 to "                                                                              \
	"9999"
#define USERNAME "username must not have blanks, invisible characters or the character @"
#define CURSOR   "cursor must be a next_cursor of this method"
#define BYTES_201                                                                              \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
/* Eleven characters that are 33 in NFC. */
#define CHARS_33 "\ufb2c\ufb2c\ufb2c\ufb2c\ufb2c\ufb2c\ufb2c\ufb2c\ufb2c\ufb2c\ufb2c"
#define CHARS_66 CHARS_33 CHARS_33

static const struct {
	const char *method;
	struct value value;
	const char *field, *text; /* NULL: accepted */
} checked[] = {
	{ "topics.get", { "topic_id", INT, 1, NULL }, NULL, NULL },
	{ "topics.get", { "topic_id", REAL, 7.0, NULL }, NULL, NULL },
	{ "topics.get", { NULL, NOTHING, 0, NULL }, "topic_id", "topic_id is required" },
	{ "topics.get", { "topic_id", NIL, 0, NULL }, "topic_id", "topic_id is required" },
	{ "topics.get", { "topic_id", INT, 0, NULL }, "topic_id",
		"topic_id must be a positive whole number" },
	{ "topics.get", { "topic_id", INT, -1, NULL }, "topic_id",
		"topic_id must be a positive whole number" },
	{ "topics.get", { "topic_id", REAL, 1.5, NULL }, "topic_id",
		"topic_id must be a positive whole number" },
	{ "topics.get", { "topic_id", REAL, 1e300, NULL }, "topic_id",
		"topic_id must be a positive whole number" },
	{ "topics.get", { "topic_id", TEXT, 0, "1" }, "topic_id",
		"topic_id must be a positive whole number" },
	{ "topics.get", { "topic_id", BOOL, 1, NULL }, "topic_id",
		"topic_id must be a positive whole number" },
	{ "topics.get", { "id", INT, 1, NULL }, "id", "unknown field \"id\"" },
	{ "topics.create", { "name", TEXT, 0, "C" }, NULL, NULL },
	{ "topics.create", { "name", TEXT, 0, "" }, "name", "name must not be blank" },
	{ "topics.create", { "name", TEXT, 0, " \t\xc2\xa0\xe3\x80\x80" }, "name",
		"name must not be blank" },
	{ "topics.create", { "name", TEXT, 0, BYTES_201 }, "name",
		"name must have at most 200 characters" },
	{ "topics.create", { "name", TEXT, 0, &BYTES_201[1] }, NULL, NULL },
	{ "topics.create", { "name", TEXT, 0, CHARS_66 CHARS_66 CHARS_66 "ab" }, NULL, NULL },
	{ "topics.create", { "name", TEXT, 0, CHARS_66 CHARS_66 CHARS_66 "abc" }, "name",
		"name must have at most 200 characters" },
	{ "topics.create", { "name", INT, 5, NULL }, "name", "name must be text" },
	{ "topics.create", { "name", ARRAY, 0, NULL }, "name", "name must be text" },
	{ "sessions.create", { "duration_minutes", INT, 1, NULL }, NULL, NULL },
	{ "sessions.create", { "duration_minutes", INT, 1440, NULL }, NULL, NULL },
	{ "sessions.create", { "duration_minutes", INT, 0, NULL }, "duration_minutes", MINUTES },
	{ "sessions.create", { "duration_minutes", INT, -5, NULL }, "duration_minutes", MINUTES },
	{ "sessions.create", { "duration_minutes", INT, 1441, NULL }, "duration_minutes", MINUTES },
	{ "sessions.create", { "duration_minutes", REAL, 1.5, NULL }, "duration_minutes", MINUTES },
	{ "sessions.create", { "duration_minutes", TEXT, 0, "60" }, "duration_minutes", MINUTES },
	{ "sessions.create", { "duration_minutes", NIL, 0, NULL }, NULL, NULL },
	{ "sessions.create", { "study_date", NIL, 0, NULL }, NULL, NULL },
	{ "sessions.create", { "notes", NIL, 0, NULL }, NULL, NULL },
	{ "topics.create", { "description", NIL, 0, NULL }, NULL, NULL },
	{ "sessions.list", { "cursor", NIL, 0, NULL }, NULL, NULL },
	{ "sessions.update", { "notes", NIL, 0, NULL }, NULL, NULL }, /* clears them */
	{ "sessions.update", { "study_date", NIL, 0, NULL }, "study_date",
		"study_date must not be null" },
	{ "sessions.update", { "duration_minutes", NIL, 0, NULL }, "duration_minutes",
		"duration_minutes must not be null" },
	{ "sessions.update", { "topic_id", NIL, 0, NULL }, "topic_id",
		"topic_id must not be null" },
	{ "sessions.update", { "if_match", NIL, 0, NULL }, "if_match",
		"if_match must not be null" },
	{ "topics.update", { "name", NIL, 0, NULL }, "name", "name must not be null" },
	{ "topics.update", { "archived", NIL, 0, NULL }, "archived", "archived must not be null" },
	{ "topics.list", { "limit", NIL, 0, NULL }, "limit", "limit must not be null" },
	{ "sessions.create", { "study_date", TEXT, 0, "2024-02-29" }, NULL, NULL },
	{ "sessions.create", { "study_date", TEXT, 0, "2023-02-29" }, "study_date", DAY },
	{ "sessions.create", { "study_date", TEXT, 0, "1899-12-31" }, "study_date", DAY },
	{ "sessions.create", { "study_date", TEXT, 0, "2024-1-1" }, "study_date", DAY },
	{ "sessions.create", { "study_date", TEXT, 0, "2024-01-01T00:00:00Z" }, "study_date", DAY },
	{ "sessions.create", { "study_date", INT, 20240101, NULL }, "study_date", DAY },
	{ "sessions.create", { "created_at", TEXT, 0, "2024-02-29T18:30:00+01:00" }, NULL, NULL },
	{ "sessions.create", { "created_at", TEXT, 0, "2024-02-29" }, "created_at", INSTANT },
	{ "sessions.log", { "created_at", INT, 1700000000, NULL }, "created_at", INSTANT },
	{ "account.update", { "day_starts_at", TEXT, 0, "00:00" }, NULL, NULL },
	{ "account.update", { "day_starts_at", TEXT, 0, "23:59" }, NULL, NULL },
	{ "account.update", { "day_starts_at", TEXT, 0, "24:00" }, "day_starts_at", TIME },
	{ "account.update", { "day_starts_at", TEXT, 0, "12:60" }, "day_starts_at", TIME },
	{ "account.update", { "day_starts_at", TEXT, 0, "4:00" }, "day_starts_at", TIME },
	{ "account.update", { "day_starts_at", TEXT, 0, "04:00:00" }, "day_starts_at", TIME },
	{ "account.update", { "day_starts_at", TEXT, 0, "-1:00" }, "day_starts_at", TIME },
	{ "account.update", { "day_starts_at", INT, 240, NULL }, "day_starts_at", TIME },
	{ "sessions.get", { "session_id", TEXT, 0, "0189" }, "session_id",
		"session_id must be a UUID: 32 hexadecimal digits in groups of 8-4-4-4-12" },
	{ "topics.list", { "archived", TEXT, 0, "yes" }, "archived",
		"archived must be true or false" },
	{ "topics.list", { "limit", INT, 501, NULL }, "limit",
		"limit must be a whole number from 1 to 500" },
	{ "topics.list", { "sort", TEXT, 0, "name" }, "sort",
		"sort must be one of created_at, -created_at" },
	{ "topics.list", { "q", TEXT, 0, "" }, "q", "q must not be empty" },
	{ "sessions.list", { "cursor", TEXT, 0, "-5~" SESSION ".0123abcd" }, NULL, NULL },
	{ "sessions.list", { "cursor", TEXT, 0, "17.00000000" }, NULL, NULL },
	{ "sessions.list", { "cursor", TEXT, 0, "-5~" SESSION }, "cursor", CURSOR },
	{ "sessions.list", { "cursor", TEXT, 0, "17" }, "cursor", CURSOR },
	{ "sessions.list", { "cursor", TEXT, 0, "17.0000000" }, "cursor", CURSOR },
	{ "sessions.list", { "cursor", TEXT, 0, "17.000000000" }, "cursor", CURSOR },
	{ "sessions.list", { "cursor", TEXT, 0, "17.0000000A" }, "cursor", CURSOR },
	{ "sessions.list", { "cursor", TEXT, 0, ".00000000" }, "cursor", CURSOR },
	{ "sessions.list", { "cursor", TEXT, 0, "" }, "cursor", CURSOR },
	{ "sessions.list", { "cursor", TEXT, 0, "5~.00000000" }, "cursor", CURSOR },
	{ "sessions.list", { "cursor", TEXT, 0, "x~" SESSION ".00000000" }, "cursor", CURSOR },
	{ "sessions.list", { "cursor", TEXT, 0, "9999999999999999999.00000000" }, "cursor",
		CURSOR },
	{ "sessions.list", { "cursor", INT, 5, NULL }, "cursor", CURSOR },
	{ "accounts.register", { "username", TEXT, 0, "Ada" }, NULL, NULL },
	{ "accounts.register", { "username", TEXT, 0, "" }, "username",
		"username must not be empty" },
	{ "accounts.register", { "username", TEXT, 0, "a b" }, "username", USERNAME },
	{ "accounts.register", { "username", TEXT, 0, "a@b.c" }, "username", USERNAME },
	{ "accounts.register", { "username", TEXT, 0, BYTES_201 }, "username",
		"username must have at most 64 characters" },
	{ "accounts.register", { "username", TEXT, 0, CHARS_33 }, NULL, NULL },
	{ "accounts.register", { "username", TEXT, 0, CHARS_66 }, "username",
		"username must have at most 64 characters" },
	{ "accounts.register", { "username", INT, 1, NULL }, "username", "username must be text" },
	{ "accounts.register", { "username", NIL, 0, NULL }, "username", "username is required" },
	{ "accounts.register", { "email", TEXT, 0, "ada@example.org" }, NULL, NULL },
	{ "accounts.register", { "email", NIL, 0, NULL }, NULL, NULL },
	{ "accounts.register", { "email", TEXT, 0, "ada" }, "email",
		"email must be an e-mail address as ana@example.org" },
	{ "accounts.register",
		{ "email", TEXT, 0, CHARS_66 CHARS_66 CHARS_66 CHARS_66 "@example.org" }, "email",
		"email must have at most 254 characters" },
	{ "accounts.register", { "password", TEXT, 0, "8 bytes!" }, NULL, NULL },
	{ "accounts.register", { "password", TEXT, 0, "7 bytes" }, "password",
		"password must have at least 8 characters" },
	{ "accounts.register", { "password", TEXT, 0, "" }, "password",
		"password must have at least 8 characters" },
};

static struct buf names;
static struct param_value *values; /* the values of the last params_decode */

static void put_value(struct buf *b, const struct value *v)
{
	switch (v->kind) {
	case NOTHING:
	case NIL:
		msg_put_nil(b);
		break;
	case INT:
		msg_put_int(b, (int64_t)v->number);
		break;
	case REAL:
		msg_put_real(b, v->number);
		break;
	case TEXT:
		msg_put_key(b, v->text);
		break;
	case BOOL:
		msg_put_bool(b, v->number != 0);
		break;
	case ARRAY:
		msg_put_array(b, 0);
	}
}

/* All required params except the one under test. */
static uint32_t put_required(struct buf *b, const struct method *m, const char *but)
{
	uint32_t pairs = 0;
	for (size_t i = 0; i < m->param_count; i++) {
		const struct param *p = &m->params[i];
		if (!(p->flags & PARAM_REQUIRED) || (but && strcmp(p->name, but) == 0))
			continue;
		msg_put_key(b, p->name);
		if (p->kind == PARAM_INT)
			msg_put_int(b, 1);
		else
			msg_put_key(b, p->kind == PARAM_UUID ? SESSION
				       : p->min > 1          ? "CCCCCCCC"
							     : "C");
		pairs++;
	}
	return pairs;
}

START_TEST(a_value_is_checked_by_its_row)
{
	const struct value *v = &checked[_i].value;
	const struct method *m = method_find(span_of(checked[_i].method));
	struct fail why = { 0 };
	struct buf b = { 0 };
	ck_assert_ptr_nonnull(m);
	size_t mark = msg_open_map(&b);
	uint32_t pairs = v->name ? put_required(&b, m, v->name) : 0;
	if (v->name) {
		msg_put_key(&b, v->name);
		put_value(&b, v);
		pairs++;
	}
	msg_close(&b, mark, pairs);
	enum status st = params_decode(m, buf_view(&b), values, &names, &why);
	ck_assert_int_eq(st, checked[_i].field ? ST_INVALID_INPUT : ST_OK);
	if (checked[_i].field) {
		ck_assert_str_eq(why.field, checked[_i].field);
		ck_assert_str_eq(why.text, checked[_i].text);
	}
	buf_fini(&b);
}
END_TEST

START_TEST(values_are_decoded)
{
	const struct method *m = method_find(SPAN("sessions.log"));
	struct fail why = { 0 };
	struct buf b = { 0 };
	msg_put_map(&b, 5);
	msg_put_key(&b, "tag");
	msg_put_key(&b, "  Linux \xc3\xa4 ");
	msg_put_key(&b, "session_id");
	msg_put_key(&b, SESSION);
	msg_put_key(&b, "minutes");
	msg_put_real(&b, 25.0);
	msg_put_key(&b, "study_date");
	msg_put_key(&b, "1970-01-02");
	msg_put_key(&b, "notes");
	msg_put_nil(&b);
	ck_assert_int_eq(params_decode(m, buf_view(&b), values, &names, &why), ST_OK);
	ck_assert(values[0].has_uuid && values[0].uuid[0] == 0x01 && values[0].uuid[15] == 0x57);
	ck_assert_int_eq(values[1].integer, 25);
	ck_assert(span_is(values[2].text, "Linux \xc3\xa4"));
	ck_assert_int_eq(values[3].integer, 1);
	ck_assert(values[4].is_present && values[4].is_null);
	buf_fini(&b);
}
END_TEST

START_TEST(a_cursor_is_decoded)
{
	struct buf b = { 0 };
	msg_put_map(&b, 1);
	msg_put_key(&b, "cursor");
	msg_put_key(&b, "-5~" SESSION ".0123abcd");
	const struct method *m = method_find(SPAN("sessions.list"));
	ck_assert_int_eq(params_decode(m, buf_view(&b), values, &names, NULL), ST_OK);
	ck_assert_int_eq(values[1].integer, -5);
	ck_assert(values[1].has_uuid && values[1].uuid[0] == 0x01 && values[1].uuid[15] == 0x57);
	ck_assert_uint_eq(values[1].fingerprint, 0x0123abcd);
	buf_fini(&b);
}
END_TEST

START_TEST(absent_values_get_defaults)
{
	const struct method *m = method_find(SPAN("sessions.list"));
	ck_assert_int_eq(params_decode(m, SPAN("\x80"), values, &names, NULL), ST_OK);
	ck_assert(!values[0].is_null && !values[0].is_present && values[0].integer == 50);
	ck_assert(values[1].is_null);
	ck_assert(span_is(values[2].text, "created_at"));
}
END_TEST

static const struct {
	const char *method, *from, *to;
	const char *text; /* NULL: accepted */
} ranges[] = {
	{ "sessions.list", "2026-01-02", "2026-01-03", NULL },
	{ "sessions.list", "2026-01-02", "2026-01-02", NULL },
	{ "sessions.list", "2026-01-02", NULL, NULL },
	{ "sessions.list", NULL, "2026-01-02", NULL },
	{ "sessions.list", "2026-01-02", "2026-01-01", "to must not be before from" },
	{ "review.get", "2026-01-02", "2026-01-02", NULL },
	{ "review.get", "2026-01-02", "2026-01-01", "to must not be before from" },
	{ "tasks.list", "2026-01-02", "2025-12-31", "to must not be before from" },
};

START_TEST(a_range_does_not_end_before_it_begins)
{
	const char *days[][2] = { { "to", ranges[_i].to }, { "from", ranges[_i].from } };
	struct fail why = { 0 };
	struct buf b = { 0 };
	uint32_t pairs = 0;
	size_t mark = msg_open_map(&b);
	for (int i = 0; i < 2; i++)
		if (days[i][1]) {
			msg_put_key(&b, days[i][0]);
			msg_put_text(&b, span_of(days[i][1]));
			pairs++;
		}
	msg_close(&b, mark, pairs);
	enum status st = params_decode(
		method_find(span_of(ranges[_i].method)), buf_view(&b), values, &names, &why);
	ck_assert_int_eq(st, ranges[_i].text ? ST_INVALID_INPUT : ST_OK);
	if (ranges[_i].text) {
		ck_assert_str_eq(why.field, "to");
		ck_assert_str_eq(why.text, ranges[_i].text);
	}
	buf_fini(&b);
}
END_TEST

static const struct {
	const char *what;
	struct span params;
} broken[] = {
	{ "no map", SPAN_INIT("\x90") },
	{ "a key that is no text", SPAN_INIT("\x81\x01\x01") },
	{ "the same key twice", SPAN_INIT("\x82\xa8topic_id\x01\xa8topic_id\x01") },
	{ "text with U+0000", SPAN_INIT("\x81\xa4name\xa2"
					"a\x00") },
	{ "nothing", SPAN_INIT("") },
};

START_TEST(params_that_are_not_a_map_of_names_are_refused)
{
	struct fail why = { 0 };
	const struct method *m = method_find(_i == 3 ? SPAN("topics.create") : SPAN("topics.get"));
	ck_assert_msg(params_decode(m, broken[_i].params, values, &names, &why) == ST_INVALID_INPUT,
		"%s", broken[_i].what);
	ck_assert_str_ne(why.text, "");
}
END_TEST

static void begin(void)
{
	values = calloc(method_params_most(), sizeof *values);
	ck_assert_ptr_nonnull(values);
}

static void end(void)
{
	free(values);
	buf_fini(&names);
}

int main(void)
{
	TCase *tc = tcase_create("params");
	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, a_value_is_checked_by_its_row, 0, sizeof checked / sizeof *checked);
	tcase_add_test(tc, values_are_decoded);
	tcase_add_test(tc, a_cursor_is_decoded);
	tcase_add_test(tc, absent_values_get_defaults);
	tcase_add_loop_test(
		tc, a_range_does_not_end_before_it_begins, 0, sizeof ranges / sizeof *ranges);
	tcase_add_loop_test(tc, params_that_are_not_a_map_of_names_are_refused, 0,
		sizeof broken / sizeof *broken);
	return suite_run("params", tc);
}
