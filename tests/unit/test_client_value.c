#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "client/params.h"
#include "client/request.h"
#include "client/value.h"
#include "tests/unit/suite.h"

#define BYTES(literal) literal, sizeof(literal) - 1

static struct study_value *decode(struct span bytes)
{
	struct study_value *value = NULL;
	size_t size;
	struct fail why = { 0 };
	ck_assert_msg(msg_measure(bytes, &size, &why) == ST_OK, "%s", why.text);
	ck_assert_int_eq(value_decode(bytes, &value), STUDY_OK);
	return value;
}

static struct study_value *decode_params(const struct study_params *p, const char *session_id)
{
	struct buf bytes = { 0 };
	params_put(&bytes, p, session_id);
	ck_assert(!bytes.failed);
	struct study_value *value = decode(buf_view(&bytes));
	buf_fini(&bytes);
	return value;
}

static struct study_value *from_json(const char *json)
{
	struct study_params *params = NULL;
	struct study_error why = { 0 };
	ck_assert_msg(study_params_from_json(&params, json, &why) == STUDY_OK, "%s: %s", json,
		why.message);
	struct study_value *value = decode_params(params, NULL);
	study_params_free(&params);
	ck_assert_ptr_null(params);
	return value;
}

START_TEST(every_type_is_read_only_as_itself)
{
	struct study_value *root =
		decode((struct span){ BYTES("\x98\xc0\xc3\x2a\xcb\x3f\xf8\0\0\0\0\0\0\xa2hi\xc4\x02"
					    "\0\x01\x91\xd0\x80\x81\xa1k\xc2") });
	static const enum study_type types[] = { STUDY_NIL, STUDY_BOOL, STUDY_INT, STUDY_REAL,
		STUDY_TEXT, STUDY_BYTES, STUDY_ARRAY, STUDY_MAP };
	ck_assert_uint_eq(study_value_count(root), 8);
	for (size_t i = 0; i < 8; i++) {
		const struct study_value *v = study_value_at(root, i);
		enum study_type type = study_value_type(v);
		ck_assert_int_eq(type, types[i]);
		ck_assert(study_value_is_null(v) == (type == STUDY_NIL));
		ck_assert(study_value_bool(v, false) == (type == STUDY_BOOL));
		ck_assert_int_eq(study_value_int(v, -7), type == STUDY_INT ? 42 : -7);
		bool has_text = type == STUDY_TEXT || type == STUDY_BYTES;
		ck_assert((study_value_text(v, NULL) != NULL) == has_text);
		ck_assert_uint_eq(study_value_length(v), has_text ? 2 : 0);
		ck_assert_uint_eq(study_value_count(v), type >= STUDY_ARRAY ? 1 : 0);
		ck_assert_ptr_null(study_value_at(v, 1));
	}
	ck_assert_str_eq(study_value_text(study_value_at(root, 4), ""), "hi");
	ck_assert_double_eq(study_value_real(study_value_at(root, 3), 0), 1.5);
	ck_assert_double_eq(study_value_real(study_value_at(root, 2), 0), 42);
	ck_assert_int_eq(study_value_int(study_value_at(study_value_at(root, 6), 0), 0), -128);
	const struct study_value *map = study_value_at(root, 7);
	ck_assert_str_eq(study_value_key_at(map, 0), "k");
	ck_assert_ptr_eq(study_value_get(map, "k"), study_value_at(map, 0));
	ck_assert_ptr_null(study_value_get(map, "K"));
	study_value_free(&root);
	ck_assert_ptr_null(root);
}
END_TEST

START_TEST(a_path_through_an_absent_value_gives_the_fallback)
{
	const struct study_value *v = study_value_at(study_value_get(NULL, "data"), 3);
	ck_assert_int_eq(study_value_type(v), STUDY_ABSENT);
	ck_assert(study_value_is_null(v));
	ck_assert_int_eq(study_value_int(v, 5), 5);
	ck_assert_str_eq(study_value_text(v, "?"), "?");
	ck_assert_uint_eq(study_value_count(v), 0);
	ck_assert_ptr_null(study_value_key_at(v, 0));
	struct study_value *none = NULL;
	study_value_free(&none);
}
END_TEST

static const struct {
	const char *bytes;
	size_t len;
	int64_t as_int;
	double as_real;
} numbers[] = {
	{ BYTES("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), -1, 0x1p64 },
	{ BYTES("\xd3\x80\0\0\0\0\0\0\0"), INT64_MIN, -0x1p63 },
	{ BYTES("\xcb\x43\xe0\0\0\0\0\0\0"), -1, 0x1p63 },
	{ BYTES("\xcb\xc3\xe0\0\0\0\0\0\0"), INT64_MIN, -0x1p63 },
	{ BYTES("\xca\x40\xa0\0\0"), 5, 5 },
	{ BYTES("\xcb\x7f\xf0\0\0\0\0\0\0"), -1, INFINITY },
};

START_TEST(a_whole_number_is_an_integer)
{
	struct study_value *v = decode((struct span){ numbers[_i].bytes, numbers[_i].len });
	ck_assert_int_eq(study_value_int(v, -1), numbers[_i].as_int);
	ck_assert_double_eq(study_value_real(v, 0), numbers[_i].as_real);
	study_value_free(&v);
}
END_TEST

START_TEST(a_key_that_is_not_a_text_is_refused)
{
	struct study_value *value = NULL;
	ck_assert_int_eq(
		value_decode((struct span){ BYTES("\x81\x01\x02") }, &value), STUDY_PROTOCOL);
	ck_assert_int_eq(value_decode((struct span){ BYTES("") }, &value), STUDY_PROTOCOL);
	ck_assert_ptr_null(value);
}
END_TEST

START_TEST(a_response_with_too_many_values_is_refused_before_it_is_allocated)
{
	struct buf nils = { 0 };
	struct study_value *value = NULL;
	msg_put_array(&nils, VALUE_NODES_MAX);
	memset(buf_room(&nils, VALUE_NODES_MAX), 0xc0, VALUE_NODES_MAX);
	nils.len += VALUE_NODES_MAX;
	ck_assert_int_eq(value_decode(buf_view(&nils), &value), STUDY_PROTOCOL);
	buf_fini(&nils);
}
END_TEST

/* ---- params ---- */

START_TEST(params_keep_their_order_and_may_be_reused)
{
	struct study_params *p = NULL;
	ck_assert_int_eq(study_params_new(&p), STUDY_OK);
	for (int round = 0; round < 2; round++) {
		study_params_int(p, "minutes", 45);
		study_params_text(p, "tag", "aws");
		study_params_text(p, "notes", NULL);
		study_params_bool(p, "archived", true);
		study_params_open_map(p, "m");
		study_params_open_array(p, "a");
		study_params_real(p, NULL, 0.5);
		study_params_open_map(p, NULL);
		study_params_close(p);
		study_params_close(p);
		study_params_nil(p, "n");
		study_params_close(p);
		ck_assert_int_eq(params_check(p, NULL), STUDY_OK);
		struct study_value *v = decode_params(p, NULL);
		char *json = NULL;
		ck_assert_int_eq(study_value_to_json(v, &json), STUDY_OK);
		ck_assert_str_eq(json, "{\"minutes\":45,\"tag\":\"aws\",\"notes\":null,"
				       "\"archived\":true,\"m\":{\"a\":[0.5,{}],\"n\":null}}");
		study_text_free(&json);
		ck_assert_ptr_null(json);
		study_value_free(&v);
		study_params_clear(p);
	}
	study_params_free(&p);
	study_params_free(&p);
}
END_TEST

START_TEST(a_session_id_is_added_only_if_there_is_none)
{
	struct study_params *p = NULL;
	ck_assert_int_eq(study_params_new(&p), STUDY_OK);
	study_params_text(p, "tag", "session_id");
	struct study_value *v = decode_params(p, "ours");
	ck_assert_str_eq(study_value_text(study_value_get(v, "session_id"), ""), "ours");
	ck_assert_uint_eq(study_value_count(v), 2);
	study_value_free(&v);
	study_params_text(p, "session_id", "theirs");
	v = decode_params(p, "ours");
	ck_assert_str_eq(study_value_text(study_value_get(v, "session_id"), ""), "theirs");
	ck_assert_uint_eq(study_value_count(v), 2);
	study_value_free(&v);
	study_params_free(&p);
	v = decode_params(NULL, "ours");
	ck_assert_uint_eq(study_value_count(v), 1);
	study_value_free(&v);
}
END_TEST

/* The service treats nil as absent, and refuses a repeated name. */
START_TEST(a_nil_session_id_is_replaced)
{
	static const char *const json[] = { "{\"session_id\":null}",
		"{\"session_id\":null,\"tag\":\"a\"}", "{\"tag\":\"a\",\"session_id\":null}",
		"{\"tag\":\"a\",\"session_id\":null,\"m\":{\"session_id\":null}}" };
	for (size_t i = 0; i < sizeof json / sizeof *json; i++) {
		struct study_params *p = NULL;
		ck_assert_int_eq(study_params_from_json(&p, json[i], NULL), STUDY_OK);
		struct study_value *without = decode_params(p, NULL);
		struct study_value *with = decode_params(p, "ours");
		ck_assert_uint_eq(study_value_count(with), study_value_count(without));
		ck_assert_str_eq(study_value_text(study_value_get(with, "session_id"), ""), "ours");
		ck_assert(study_value_is_null(study_value_get(without, "session_id")));
		ck_assert_str_eq(study_value_text(study_value_get(with, "tag"), ""),
			study_value_text(study_value_get(without, "tag"), ""));
		ck_assert_uint_eq(study_value_count(study_value_get(with, "m")),
			study_value_count(study_value_get(without, "m")));
		study_value_free(&without);
		study_value_free(&with);
		study_params_free(&p);
	}
}
END_TEST

static void put_nothing_wrong(struct study_params *p)
{
	study_params_int(p, "a", 1);
}
static void put_no_key(struct study_params *p)
{
	study_params_int(p, NULL, 1);
}
static void put_left_open(struct study_params *p)
{
	study_params_open_map(p, "a");
}
static void put_closed_twice(struct study_params *p)
{
	study_params_close(p);
}
static void put_no_utf8(struct study_params *p)
{
	study_params_text(p, "a", "\xff");
}
static void put_no_utf8_key(struct study_params *p)
{
	study_params_bool(p, "\xff", true);
}

static void put_key_in_array(struct study_params *p)
{
	study_params_open_array(p, "a");
	study_params_nil(p, "b");
	study_params_close(p);
}

static void put_too_deep(struct study_params *p)
{
	for (int i = 0; i < 13; i++)
		study_params_open_array(p, i ? NULL : "a");
	for (int i = 0; i < 13; i++)
		study_params_close(p);
}

static void put_too_much(struct study_params *p)
{
	static char text[600000];
	memset(text, 'x', sizeof text - 1);
	study_params_text(p, "a", text);
	study_params_text(p, "b", text);
}

static const struct {
	void (*put)(struct study_params *p);
	enum study_status status;
} built[] = {
	{ put_nothing_wrong, STUDY_OK },
	{ put_no_key, STUDY_INVALID_ARGUMENT },
	{ put_left_open, STUDY_INVALID_ARGUMENT },
	{ put_closed_twice, STUDY_INVALID_ARGUMENT },
	{ put_no_utf8, STUDY_INVALID_ARGUMENT },
	{ put_no_utf8_key, STUDY_INVALID_ARGUMENT },
	{ put_key_in_array, STUDY_INVALID_ARGUMENT },
	{ put_too_deep, STUDY_INVALID_ARGUMENT },
	{ put_too_much, STUDY_INVALID_ARGUMENT },
};

START_TEST(an_error_is_kept_until_the_params_are_used)
{
	struct study_params *p = NULL;
	struct study_error why = { 0 };
	ck_assert_int_eq(study_params_new(&p), STUDY_OK);
	built[_i].put(p);
	ck_assert_int_eq(params_check(p, &why), built[_i].status);
	ck_assert((why.message[0] != '\0') == (built[_i].status != STUDY_OK));
	study_params_clear(p);
	ck_assert_int_eq(params_check(p, &why), STUDY_OK);
	study_params_free(&p);
}
END_TEST

/* ---- JSON ---- */

static const struct {
	const char *in, *out;
} good_json[] = {
	{ "{}", "{}" },
	{ " { \"a\" : [ ] , \"b\" : { } } ", "{\"a\":[],\"b\":{}}" },
	{ "{\"a\":[1,-1,9223372036854775807,-9223372036854775808,true,false,null]}",
		"{\"a\":[1,-1,9223372036854775807,-9223372036854775808,true,false,null]}" },
	{ "{\"a\":1.5,\"b\":1e2,\"c\":-0.25E-1}", "{\"a\":1.5,\"b\":100,\"c\":-0.025}" },
	{ "{\"a\":1e-999}", "{\"a\":0}" },
	{ "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", "{\"a\":\"\\\"\\\\/\\b\\f\\n\\r\\t\"}" },
	{ "{\"a\":\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\"}",
		"{\"a\":\"A\u00e9\u20ac\U0001f600\"}" },
	{ "{\"\\u0041\":{\"A\":1}}", "{\"A\":{\"A\":1}}" },
};

START_TEST(json_is_read_and_written)
{
	struct study_value *v = from_json(good_json[_i].in);
	char *json = NULL;
	ck_assert_int_eq(study_value_to_json(v, &json), STUDY_OK);
	ck_assert_str_eq(json, good_json[_i].out);
	study_text_free(&json);
	study_value_free(&v);
}
END_TEST

static const struct {
	const char *json, *field;
} bad_json[] = {
	{ "", "" },
	{ "[]", "" },
	{ "{\"a\":1", "" },
	{ "{\"a\":1}}", "" },
	{ "{\"a\":01}", "" },
	{ "{\"a\":NaN}", "" },
	{ "{\"a\":1e999}", "" },
	{ "{\"a\":9223372036854775808}", "" },
	{ "{\"a\":\"\\ud800\"}", "" },
	{ "{\"a\":\"\xff\"}", "" },
	{ "{\"a\":\"\\u0000\"}", "a" },
	{ "{\"a\":1,\"\\u0061\":2}", "a" },
	{ "{\"m\":{\"b\":1,\"c\":[{}],\"b\":2}}", "b" },
	{ "{\"a\":[[[[[[[[[[[[[1]]]]]]]]]]]]]}", "" },
};

START_TEST(invalid_json_is_refused_with_a_reason)
{
	struct study_params *params = NULL;
	struct study_error why = { 0 };
	ck_assert_int_eq(
		study_params_from_json(&params, bad_json[_i].json, &why), STUDY_INVALID_ARGUMENT);
	ck_assert_ptr_null(params);
	ck_assert_int_eq(why.status, STUDY_INVALID_ARGUMENT);
	ck_assert_msg(why.message[0] != '\0', "%s", bad_json[_i].json);
	ck_assert_str_eq(why.field, bad_json[_i].field);
	ck_assert_int_eq(
		study_params_from_json(&params, bad_json[_i].json, NULL), STUDY_INVALID_ARGUMENT);
}
END_TEST

START_TEST(numbers_are_written_with_a_point_in_every_locale)
{
	if (!setlocale(LC_ALL, "de_DE.UTF-8"))
		return; /* the locale is not installed */
	struct study_value *v = from_json("{\"a\":1.5}");
	char *json = NULL;
	ck_assert_int_eq(study_value_to_json(v, &json), STUDY_OK);
	ck_assert_str_eq(json, "{\"a\":1.5}");
	ck_assert_double_eq(strtod("1,5", NULL), 1.5); /* the locale of the caller is unchanged */
	study_text_free(&json);
	study_value_free(&v);
}
END_TEST

/* ---- requests ---- */

START_TEST(a_msgid_finds_only_its_own_request)
{
	struct requests requests = { .max = 20 };
	struct request *taken[20];
	bool is_full;
	for (int i = 0; i < 20; i++) {
		taken[i] = requests_take(&requests, &is_full);
		ck_assert_ptr_nonnull(taken[i]);
		ck_assert_ptr_eq(requests_find(&requests, taken[i]->msgid), taken[i]);
	}
	ck_assert_ptr_null(requests_take(&requests, &is_full));
	ck_assert(is_full);
	uint32_t old = taken[7]->msgid;
	requests_release(&requests, taken[7]);
	ck_assert_ptr_null(requests_find(&requests, old));
	struct request *again = requests_take(&requests, &is_full);
	ck_assert_ptr_eq(again, taken[7]);
	ck_assert_uint_ne(again->msgid, old);
	ck_assert_ptr_null(requests_find(&requests, old));
	ck_assert_ptr_eq(requests_find(&requests, again->msgid), again);
	ck_assert_ptr_null(requests_find(&requests, UINT32_MAX));
	requests_fini(&requests);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
	TCase *tests = tcase_create("client value");
	tcase_add_test(tests, every_type_is_read_only_as_itself);
	tcase_add_test(tests, a_path_through_an_absent_value_gives_the_fallback);
	tcase_add_loop_test(tests, a_whole_number_is_an_integer, 0, ROWS(numbers));
	tcase_add_test(tests, a_key_that_is_not_a_text_is_refused);
	tcase_add_test(tests, a_response_with_too_many_values_is_refused_before_it_is_allocated);
	tcase_add_test(tests, params_keep_their_order_and_may_be_reused);
	tcase_add_test(tests, a_session_id_is_added_only_if_there_is_none);
	tcase_add_test(tests, a_nil_session_id_is_replaced);
	tcase_add_loop_test(tests, an_error_is_kept_until_the_params_are_used, 0, ROWS(built));
	tcase_add_loop_test(tests, json_is_read_and_written, 0, ROWS(good_json));
	tcase_add_loop_test(tests, invalid_json_is_refused_with_a_reason, 0, ROWS(bad_json));
	tcase_add_test(tests, numbers_are_written_with_a_point_in_every_locale);
	tcase_add_test(tests, a_msgid_finds_only_its_own_request);
	return suite_run("client value", tests);
}
