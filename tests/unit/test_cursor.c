#include "worker/cursor.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/every_kind.h"
#include "tests/unit/suite.h"

static struct buf given, names;
static struct param_value *values; /* of the last request; they point into `given` and `names` */

/* Makes a request as request_acquire does. `params`: pairs of a name and a value. */
static void make_request(
	struct request *r, int64_t account, const char *method, const char *const *params)
{
	struct fail why = { 0 };
	uint32_t pairs = 0;
	int64_t integer;
	memset(r, 0, sizeof *r);
	r->values = values;
	buf_clear(&given);
	size_t mark = msg_open_map(&given);
	for (; params[2 * pairs]; pairs++) {
		const char *value = params[2 * pairs + 1];
		msg_put_key(&given, params[2 * pairs]);
		if (span_to_int(span_of(value), &integer))
			msg_put_int(&given, integer);
		else
			msg_put_key(&given, value);
	}
	msg_close(&given, mark, pairs);
	r->account = account;
	r->method = method_find(span_of(method));
	enum status st = params_decode(r->method, buf_view(&given), r->values, &names, &why);
	ck_assert_msg(st == ST_OK, "%s", why.text);
}

static uint32_t fingerprint(int64_t account, const char *method, const char *const *params)
{
	struct request r;
	make_request(&r, account, method, params);
	return cursor_fingerprint(&r);
}

enum { PAIRS_END = 7 };

static const struct {
	int64_t account;
	const char *method, *params[PAIRS_END];
	bool is_first; /* the same list as the first one */
} lists[] = {
	{ 1, "sessions.list", { "tag", "Go" }, true },
	{ 1, "sessions.list", { "tag", "Go", "limit", "7" }, true },
	{ 1, "sessions.list", { "limit", "500", "tag", "Go" }, true },
	{ 1, "sessions.list", { "tag", "Go", "sort", "created_at" }, true },
	{ 1, "sessions.list", { "cursor", "5.00000000", "tag", "Go" }, true },
	{ 2, "sessions.list", { "tag", "Go" }, false },
	{ 1, "sessions.list", { "tag", "Go", "sort", "-created_at" }, false },
	{ 1, "sessions.list", { "tag", "Go", "sort", "study_date" }, false },
	{ 1, "sessions.list", { NULL }, false },
	{ 1, "sessions.list", { "tag", "Rust" }, false },
	{ 1, "sessions.list", { "q", "Go" }, false },
	{ 1, "sessions.list", { "tag", "Go", "topic_id", "1" }, false },
	{ 1, "sessions.list", { "tag", "Go", "topic_id", "2" }, false },
	{ 1, "sessions.list", { "tag", "Go", "from", "2026-01-01" }, false },
	{ 1, "sessions.list", { "tag", "Go", "to", "2026-01-01" }, false },
	{ 1, "topics.list", { NULL }, false },
	{ 1, "topics.list", { "q", "Go" }, false },
};
enum { LISTS = sizeof lists / sizeof *lists };

START_TEST(each_list_has_its_own_fingerprint)
{
	uint32_t seen[LISTS];
	for (int i = 0; i < LISTS; i++) {
		seen[i] = fingerprint(lists[i].account, lists[i].method, lists[i].params);
		for (int k = 0; k < i; k++)
			ck_assert_msg(
				(seen[i] == seen[k]) == (lists[i].is_first && lists[k].is_first),
				"lists %d and %d", k, i);
	}
}
END_TEST

START_TEST(a_cursor_of_another_list_is_refused)
{
	const char *params[] = { "tag", "Go", NULL, NULL, NULL };
	struct request r;
	struct fail why = { 0 };
	struct buf out = { 0 };
	struct msg_token token;
	char cursor[32] = { 0 };
	cursor_put(&out, SPAN("5"), fingerprint(1, "sessions.list", params));
	struct msg_reader in = msg_reader(buf_view(&out));
	ck_assert(msg_read(&in, &token) == ST_OK && token.text.len < sizeof cursor);
	memcpy(cursor, token.text.bytes, token.text.len);

	make_request(&r, 1, "sessions.list", params);
	ck_assert(cursor_check(&r, &why) == ST_OK); /* the first page has no cursor */
	params[2] = "cursor";
	params[3] = cursor;
	make_request(&r, 1, "sessions.list", params);
	ck_assert(cursor_check(&r, &why) == ST_OK);
	make_request(&r, 2, "sessions.list", params);
	ck_assert(cursor_check(&r, &why) == ST_INVALID_INPUT);
	params[1] = "Rust";
	make_request(&r, 1, "sessions.list", params);
	ck_assert(cursor_check(&r, &why) == ST_INVALID_INPUT);
	ck_assert_str_eq(why.field, "cursor");
	ck_assert_msg(strstr(why.text, "another list, order or filter"), "%s", why.text);
	buf_fini(&out);
}
END_TEST

/* As fingerprint, of {text: x, real: REAL, tags: [TAG], after: a position, at: AT}. */
static uint32_t fingerprint_of_kinds(
	double real, const char *tag, const char *after, const char *at)
{
	struct request r = { .method = &every_kind, .account = 1, .values = values };
	struct fail why = { 0 };
	buf_clear(&given);
	msg_put_map(&given, 5);
	msg_put_key(&given, "text");
	msg_put_key(&given, "x");
	msg_put_key(&given, "real");
	msg_put_real(&given, real);
	msg_put_key(&given, "tags");
	msg_put_array(&given, 1);
	msg_put_key(&given, tag);
	msg_put_key(&given, "after");
	msg_put_key(&given, after);
	msg_put_key(&given, "at");
	msg_put_key(&given, at);
	ck_assert_msg(params_decode(&every_kind, buf_view(&given), values, &names, &why) == ST_OK,
		"%s", why.text);
	return cursor_fingerprint(&r);
}

#define AT "2026-01-01T00:00:00"

START_TEST(each_kind_is_part_of_a_fingerprint)
{
	uint32_t first = fingerprint_of_kinds(0, "C", "1~2.00000000", AT "Z");
	ck_assert_uint_eq(first, fingerprint_of_kinds(-0.0, "C", "3~4.00000000", AT ".0+00:00"));
	ck_assert_uint_ne(first, fingerprint_of_kinds(0.5, "C", "1~2.00000000", AT "Z"));
	ck_assert_uint_ne(first, fingerprint_of_kinds(0, "D", "1~2.00000000", AT "Z"));
	ck_assert_uint_ne(first, fingerprint_of_kinds(0, "C", "1~2.00000000", AT));
	ck_assert_uint_ne(first, fingerprint_of_kinds(0, "C", "1~2.00000000", AT "-01:00"));
}
END_TEST

START_TEST(a_method_without_pages_accepts_any_request)
{
	const char *const params[] = { "topic_id", "1", NULL };
	struct request r;
	make_request(&r, 1, "topics.get", params);
	ck_assert(cursor_check(&r, NULL) == ST_OK);
}
END_TEST

static void begin(void)
{
	values = calloc(method_params_most() + EVERY_COUNT, sizeof *values);
	ck_assert_ptr_nonnull(values);
}

static void end(void)
{
	free(values);
	buf_fini(&given);
	buf_fini(&names);
}

int main(void)
{
	TCase *tc = tcase_create("cursor");
	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, each_list_has_its_own_fingerprint);
	tcase_add_test(tc, a_cursor_of_another_list_is_refused);
	tcase_add_test(tc, each_kind_is_part_of_a_fingerprint);
	tcase_add_test(tc, a_method_without_pages_accepts_any_request);
	return suite_run("cursor", tc);
}
