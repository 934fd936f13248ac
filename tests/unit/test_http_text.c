#include <string.h>

#include "gateway/http_text.h"
#include "tests/unit/suite.h"

#define BYTES(literal) literal, sizeof(literal) - 1

static void ck_span(const char *what, struct span s, const char *expected)
{
	ck_assert_msg(
		span_is(s, expected), "%s: '%.*s', not '%s'", what, (int)s.len, s.bytes, expected);
}

/* The function that reads eight bytes at once must find what reading byte by byte finds. */
START_TEST(a_run_of_value_bytes_ends_at_the_first_other_byte)
{
	char text[24];
	for (int byte = 0; byte < 256; byte++)
		for (size_t at = 0; at < sizeof text; at++) {
			memset(text, 'a', sizeof text);
			text[at] = (char)byte;
			struct span all = { text, sizeof text };
			if (http_run_of_value(all) != http_run_of(all, HTTP_VALUE))
				ck_abort_msg("<%02x> at %zu", byte, at);
		}
}
END_TEST

START_TEST(an_empty_text_has_no_runs)
{
	struct span none = { 0 };
	ck_assert_uint_eq(http_run_of(none, HTTP_VALUE), 0);
	ck_assert_uint_eq(http_run_of_value(none), 0);
	ck_assert(!http_has_broken_escape(none));
}
END_TEST

static const struct {
	const char *text;
	enum status st;
	const char *decoded;
	size_t len;
} escapes[] = {
	{ "", ST_OK, BYTES("") },
	{ "abc", ST_OK, BYTES("abc") },
	{ "a+b", ST_OK, BYTES("a+b") },
	{ "%41%6a%6A", ST_OK, BYTES("Ajj") },
	{ "a%20b%2Fc", ST_OK, BYTES("a b/c") },
	{ "%C3%a4", ST_OK, BYTES("\303\244") },
	{ "%00x", ST_OK, BYTES("\0x") },
	{ "%2541", ST_OK, BYTES("%41") },
	{ "%ff%", ST_INVALID_INPUT, BYTES("") },
	{ "a%4", ST_INVALID_INPUT, BYTES("") },
	{ "a%g0", ST_INVALID_INPUT, BYTES("") },
	{ "a%0g", ST_INVALID_INPUT, BYTES("") },
	{ "%%41", ST_INVALID_INPUT, BYTES("") },
	{ "% 41", ST_INVALID_INPUT, BYTES("") },
};

START_TEST(escapes_are_decoded)
{
	struct buf room = { 0 };
	struct span text = span_of(escapes[_i].text), out = { 0 };
	buf_text(&room, "before");
	ck_assert_int_eq(http_percent_decode(text, &room, &out), escapes[_i].st);
	if (escapes[_i].st == ST_OK) {
		ck_assert_uint_eq(out.len, escapes[_i].len);
		ck_assert_mem_eq(out.bytes, escapes[_i].decoded, out.len);
		ck_assert_int_eq(out.bytes == text.bytes, !strchr(text.bytes, '%'));
	}
	buf_fini(&room);
	room.limit = 3;
	ck_assert_int_eq(http_percent_decode(span_of("abc%41"), &room, &out), ST_NO_MEMORY);
	buf_fini(&room);
}
END_TEST

/* The pairs as [name|value], and how the query ended. */
static const struct {
	const char *query, *pairs;
	enum status st;
} queries[] = {
	{ "", "", ST_NOT_FOUND },
	{ "a=b", "[a|b]", ST_NOT_FOUND },
	{ "a=b&c=d", "[a|b][c|d]", ST_NOT_FOUND },
	{ "a=b&a=c", "[a|b][a|c]", ST_NOT_FOUND },
	{ "a", "[a|]", ST_NOT_FOUND },
	{ "a=", "[a|]", ST_NOT_FOUND },
	{ "=b", "[|b]", ST_NOT_FOUND },
	{ "=", "[|]", ST_NOT_FOUND },
	{ "a=b=c", "[a|b=c]", ST_NOT_FOUND },
	{ "&&a=b&&", "[a|b]", ST_NOT_FOUND },
	{ "&", "", ST_NOT_FOUND },
	{ "a+b=c+d", "[a b|c d]", ST_NOT_FOUND },
	{ "a%2Bb=%26%3D", "[a+b|&=]", ST_NOT_FOUND },
	{ "a;b=c", "[a;b|c]", ST_NOT_FOUND },
	{ "a=b?c/d", "[a|b?c/d]", ST_NOT_FOUND },
	/* broken escapes */
	{ "a=b&c=%4", "[a|b][c|%4]", ST_NOT_FOUND },
	{ "%zz=b", "[%zz|b]", ST_NOT_FOUND },
	{ "a=100%", "[a|100%]", ST_NOT_FOUND },
	{ "a=%&b=%+%", "[a|%][b|% %]", ST_NOT_FOUND },
	{ "a=%%41%4%31", "[a|%A%41]", ST_NOT_FOUND },
	{ "a=%u0041%-1", "[a|%u0041%-1]", ST_NOT_FOUND },
};

START_TEST(a_query_is_decoded_pair_by_pair)
{
	struct buf name = { 0 }, value = { 0 }, out = { 0 };
	struct span rest = span_of(queries[_i].query);
	enum status st;
	while ((st = http_query_next(&rest, &name, &value)) == ST_OK)
		buf_printf(&out, "[%.*s|%.*s]", (int)name.len, name.bytes ? name.bytes : "",
			(int)value.len, value.bytes ? value.bytes : "");
	ck_assert_int_eq(st, queries[_i].st);
	ck_span(queries[_i].query, buf_view(&out), queries[_i].pairs);
	buf_fini(&name);
	buf_fini(&value);
	buf_fini(&out);
}
END_TEST

#define COUNT(table) (int)(sizeof table / sizeof *table)

int main(void)
{
	TCase *tc = tcase_create("text");
	tcase_add_test(tc, a_run_of_value_bytes_ends_at_the_first_other_byte);
	tcase_add_test(tc, an_empty_text_has_no_runs);
	tcase_add_loop_test(tc, escapes_are_decoded, 0, COUNT(escapes));
	tcase_add_loop_test(tc, a_query_is_decoded_pair_by_pair, 0, COUNT(queries));
	return suite_run("http_text", tc);
}
