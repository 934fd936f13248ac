/* Bars, texts in columns and the progress line. */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "client/study/bar.h"
#include "client/study/glyph.h"
#include "client/study/progress.h"
#include "tests/unit/suite.h"

static const struct {
	double value, max;
	int columns;
	bool is_utf8;
	int used;
	const char *bar;
} bars[] = {
	{ 10, 10, 4, true, 4, "████" },
	{ 5, 10, 4, true, 2, "██" },
	{ 1, 10, 4, true, 1, "▍" },
	{ 1, 1000000, 4, true, 1, "▏" },
	{ 9.99, 10, 1, true, 1, "█" },
	{ 0, 10, 4, true, 0, "" },
	{ 0, 0, 4, true, 0, "" },
	{ 5, 0, 4, true, 0, "" },
	{ 20, 10, 3, true, 3, "███" },
	{ -1, 10, 3, true, 0, "" },
	{ 5, 10, 0, true, 0, "" },
	{ 5, 10, -5, true, 0, "" },
	{ 5, 10, 4, false, 2, "##" },
	{ 1, 1000, 4, false, 1, "#" },
};

START_TEST(bars_are_drawn_to_scale)
{
	char bar[BAR_SIZE];
	ck_assert_int_eq(
		bar_draw(bars[_i].value, bars[_i].max, bars[_i].columns, bars[_i].is_utf8, bar),
		bars[_i].used);
	ck_assert_str_eq(bar, bars[_i].bar);
}
END_TEST

START_TEST(a_bar_fits_its_buffer)
{
	char bar[BAR_SIZE];
	ck_assert_int_eq(bar_draw(1, 1, 100000, true, bar), 512);
	ck_assert_uint_eq(strlen(bar), BAR_SIZE - 1);
}
END_TEST

static const struct {
	const char *text;
	bool is_utf8;
	int columns; /* available width */
	int used;
	const char *shown;
} texts[] = {
	{ "plain", true, 10, 5, "plain" },
	{ "plain", true, 5, 5, "plain" },
	{ "plain", true, 4, 4, "pla…" },
	{ "plain", false, 4, 4, "pla~" },
	{ "Größe", true, 10, 5, "Größe" },
	{ "Größe", false, 10, 5, "Gr??e" },
	{ "漢字", true, 4, 4, "漢字" },
	{ "漢字", true, 3, 3, "漢…" },
	{ "漢字", true, 2, 1, "…" },
	{ "e\u0301a", true, 2, 2, "e\u0301a" },
	{ "a\x1b[31mb", true, 10, 7, "a\ufffd[31mb" },
	{ "a\x1b[31mb", false, 10, 7, "a?[31mb" },
	{ "a\nb\tc\rd", true, 10, 7, "a b c d" },
	{ "\x7f\x01", true, 10, 2, "\ufffd\ufffd" },
	{ "\xc2\x9b"
	  "31m",
		true, 10, 4, "\ufffd31m" },
	{ "\xff\xfe", true, 10, 2, "\ufffd\ufffd" },
	{ "\x9b", false, 10, 1, "?" },
	{ "a\u202e"
	  "b",
		true, 10, 3, "a\ufffdb" },
	{ "\xe6\xbc", true, 10, 2, "\ufffd\ufffd" },
	{ "", true, 10, 0, "" },
	{ "x", true, 0, 0, "" },
};

START_TEST(texts_are_made_safe_and_truncated)
{
	char shown[128];
	int used = glyph_fit(
		texts[_i].text, texts[_i].is_utf8, texts[_i].columns, shown, sizeof shown);
	ck_assert_str_eq(shown, texts[_i].shown);
	ck_assert_int_eq(used, texts[_i].used);
}
END_TEST

START_TEST(no_text_overflows)
{
	char shown[16], text[64];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	ck_assert_int_lt(glyph_fit(text, true, 1000, shown, sizeof shown), 16);
	ck_assert_uint_lt(strlen(shown), sizeof shown);
}
END_TEST

START_TEST(progress_shows_rate_and_time_left)
{
	static const struct {
		struct progress_now now;
		uint64_t first;
		int64_t elapsed_ms;
		int columns;
		const char *line;
	} cases[] = {
		{ { 500, 1000, 50 }, 0, 5000, 58, "█████       50%  50 rows  10/s  0:05 left" },
		{ { 500, 1000, 50 }, 400, 1000, 58, "█████       50%  50 rows  50/s  0:05 left" },
		{ { 0, 1000, 0 }, 0, 1000, 58, "             0%  0 rows  0/s" },
		{ { 500, 0, 50 }, 0, 5000, 58, "  50 rows  10/s" },
		{ { 1000, 1000, 100 }, 0, 1000, 40, " 100%  100 rows  100/s  0:00 left" },
		{ { 1200, 1000, 100 }, 0, 1000, 40, " 100%  100 rows  100/s" },
		{ { 1, 7201, 1 }, 0, 1000, 40, "   0%  1 row  1/s  120:00 left" },
		{ { 1, 7201, 1 }, 0, 1000, 17, "   0%  1 row  1/s" },
		{ { 1, 7201, 1 }, 0, 1000, 12, "   0%  1 row" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char line[PROGRESS_SIZE];
		progress_format(&cases[i].now, cases[i].first, cases[i].elapsed_ms,
			cases[i].columns, true, line);
		ck_assert_str_eq(line, cases[i].line);
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("draw");
	(void)setlocale(LC_CTYPE, "C.UTF-8"); /* wcwidth needs it */
	tcase_add_loop_test(tests, bars_are_drawn_to_scale, 0, sizeof bars / sizeof *bars);
	tcase_add_test(tests, a_bar_fits_its_buffer);
	tcase_add_loop_test(
		tests, texts_are_made_safe_and_truncated, 0, sizeof texts / sizeof *texts);
	tcase_add_test(tests, no_text_overflows);
	tcase_add_test(tests, progress_shows_rate_and_time_left);
	return suite_run("study draw", tests);
}
