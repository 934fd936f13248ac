/* The form of names. */
#include <string.h>

#include "common/name.h"
#include "common/utf8.h"
#include "tests/unit/suite.h"

#define SAME NULL

static const struct {
	const char *what, *text, *folded;
	size_t chars;
} names[] = {
	{ "ASCII", "C++ basics", SAME, 10 },
	{ "empty", "", SAME, 0 },
	{ "spaces at the ends", "  a b\t", "a b", 3 },
	{ "a run of spaces", "a \t\n b", "a b", 3 },
	{ "a no-break space", "Data\u00a0Science", "Data Science", 12 },
	{ "narrow, ideographic and braille spaces", "a\u202fb\u3000c\u2800d", "a b c d", 7 },
	{ "only white space", "\u00a0\u2003 ", "", 0 },
	{ "a zero-width space", "Algebra\u200b", "Algebra", 7 },
	{ "a byte order mark", "\ufeffAlgebra", "Algebra", 7 },
	{ "a soft hyphen", "Al\u00adgebra", "Algebra", 7 },
	{ "bidirectional marks", "\u202eAl\u2066ge\u200fbra", "Algebra", 7 },
	{ "controls",
		"A\x1b[1mb\x7f\xc2\x85"
		"c",
		"A[1mb c", 7 },
	{ "Hangul fillers", "\u3164\u115f\uffa0", "", 0 },
	{ "only what is invisible", "\u200b\u200d\ufe0f", "", 0 },
	{ "invisible between spaces", "a \u200b b", "a b", 3 },
	{ "joiners between Latin letters", "Al\u200cge\u200dbra", "Algebra", 7 },
	{ "a joiner at the end", "\u06af\u200c", "\u06af", 1 },
	{ "Persian", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", SAME, 8 },
	{ "Hindi", "\u0915\u094d\u200d\u0937", SAME, 4 },
	{ "a joiner twice", "\u0915\u094d\u200d\u200d\u0937", "\u0915\u094d\u200d\u0937", 4 },
	{ "a family", "\U0001f468\u200d\U0001f469\u200d\U0001f467", SAME, 5 },
	{ "a heart between two", "\U0001f469\u200d\u2764\ufe0f\u200d\U0001f468", SAME, 6 },
	{ "a skin tone", "\U0001f44d\U0001f3fd", SAME, 2 },
	{ "a keycap", "1\ufe0f\u20e3", SAME, 3 },
	{ "a digit with a selector", "1\ufe0f", "1", 1 },
	{ "a letter with a selector", "a\ufe0f", "a", 1 },
	{ "kana with selectors", "\u304b\ufe0f\u306a\ufe0e", "\u304b\u306a", 2 },
	{ "a symbol that is no emoji, with a selector", "\u2116\ufe0f\u2211\ufe0e", "\u2116\u2211",
		2 },
	{ "emoji of the first plane", "\u00a9\ufe0f\u2764\ufe0f\u3299\ufe0f", SAME, 6 },
	{ "a flag of a region",
		"\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", SAME, 7 },
	{ "tags behind a letter", "a\U000e0067\U000e007f", "a", 1 },
	{ "accents are left alone", "e\u0301 \u00e9", SAME, 4 },
	{ "the last character of all", "\U0010fffd", SAME, 1 },
};

START_TEST(a_name_has_one_form)
{
	const char *wanted = names[_i].folded ? names[_i].folded : names[_i].text;
	struct buf out = { 0 }, again = { 0 };
	size_t chars = name_fold(span_of(names[_i].text), &out);
	buf_byte(&out, '\0');
	ck_assert_msg(strcmp(out.bytes, wanted) == 0, "%s", names[_i].what);
	ck_assert_msg(chars == names[_i].chars, "%s: %zu characters", names[_i].what, chars);
	ck_assert_uint_eq(chars, utf8_length(wanted, strlen(wanted)));
	ck_assert_uint_le(out.len - 1, strlen(names[_i].text));
	ck_assert_uint_eq(name_fold(span_of(wanted), &again), chars);
	ck_assert(span_is(buf_view(&again), wanted));
	ck_assert(!name_is_plain(span_of(names[_i].text)) || names[_i].folded == SAME);
	buf_fini(&out);
	buf_fini(&again);
}
END_TEST

static const struct {
	const char *text;
	size_t chars;
} lengths[] = {
	{ "", 0 },
	{ "a\u00e9\u20ac\U0001f600", 4 },
	{ "\u0958", 2 },
	{ "\u095f a", 4 },
	{ "\ufb2a\ufb2b", 4 },
	{ "\ufb2c\ufb2d\ufb2e", 8 },
	{ "\U0001d15f\U0001d160\U0001d1c0\U0001d1c1", 9 },
	{ "e\u0301", 2 },
};

START_TEST(a_character_that_nfc_splits_counts_as_its_parts)
{
	struct buf out = { 0 };
	struct span text = span_of(lengths[_i].text);
	ck_assert_uint_eq(name_length(text), lengths[_i].chars);
	ck_assert_uint_eq(name_fold(text, &out), lengths[_i].chars);
	ck_assert(span_is(buf_view(&out), lengths[_i].text));
	buf_fini(&out);
}
END_TEST

START_TEST(code_points_are_read_one_by_one)
{
	static const char text[] = "a\u00e9\u20ac\U0001f600";
	static const uint32_t points[] = { 'a', 0xe9, 0x20ac, 0x1f600 };
	size_t at = 0;
	for (size_t i = 0; i < sizeof points / sizeof *points; i++)
		ck_assert_uint_eq(utf8_next(text, sizeof text - 1, &at), points[i]);
	ck_assert_uint_eq(at, sizeof text - 1);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("name");
	tcase_add_loop_test(tc, a_name_has_one_form, 0, sizeof names / sizeof *names);
	tcase_add_loop_test(tc, a_character_that_nfc_splits_counts_as_its_parts, 0,
		sizeof lengths / sizeof *lengths);
	tcase_add_test(tc, code_points_are_read_one_by_one);
	return suite_run("name", tc);
}
