#include <stdlib.h>
#include <string.h>

#include "client/study/csv.h"
#include "tests/unit/suite.h"

#define BYTES(literal)                       \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

static const struct {
	const char *what;
	struct span in;
	bool is_end;
	enum csv_result result;
	size_t len; /* length of the record */
} scans[] = {
	{ "a line", BYTES("a,b\nc"), false, CSV_RECORD, 4 },
	{ "CRLF", BYTES("a,b\r\nc"), false, CSV_RECORD, 5 },
	{ "the last line", BYTES("a,b"), true, CSV_RECORD, 3 },
	{ "a line that is not whole", BYTES("a,b"), false, CSV_MORE, 0 },
	{ "nothing", BYTES(""), true, CSV_MORE, 0 },
	{ "a blank line", BYTES("\na"), false, CSV_RECORD, 1 },
	{ "a line end in quotes", BYTES("\"a\nb\",c\nd"), false, CSV_RECORD, 8 },
	{ "doubled quotes", BYTES("\"a\"\"\nb\"\nd"), false, CSV_RECORD, 8 },
	{ "quotes, CRLF", BYTES("\"a\"\r\nb"), false, CSV_RECORD, 5 },
	{ "an empty quoted field", BYTES("\"\"\nb"), false, CSV_RECORD, 3 },
	{ "quotes at the end", BYTES("\"a\""), true, CSV_RECORD, 3 },
	{ "quotes that may be doubled yet", BYTES("\"a\""), false, CSV_MORE, 0 },
	{ "a stray quote", BYTES("a\"b,c\nd"), false, CSV_BROKEN, 6 },
	{ "text after quotes", BYTES("\"a\"b,c\nd"), false, CSV_BROKEN, 7 },
	{ "text after quotes on the second line", BYTES("\"a\nb\"c\nd"), false, CSV_BROKEN, 3 },
	{ "a stray quote on the second line", BYTES("\"a\nb\",c\"d\ne"), false, CSV_BROKEN, 10 },
	{ "CR", BYTES("a,b\rc"), false, CSV_RECORD, 4 },
	{ "CR at the end", BYTES("a,b\r"), true, CSV_RECORD, 4 },
	{ "CR whose LF may come", BYTES("a,b\r"), false, CSV_MORE, 0 },
	{ "CR after quotes", BYTES("\"a\"\rb\nc"), false, CSV_RECORD, 4 },
	{ "CR in quotes", BYTES("\"a\rb\"\nc"), false, CSV_RECORD, 6 },
	{ "an open quote takes one line only", BYTES("\"a\nb\nc\n"), true, CSV_BROKEN, 3 },
	{ "an open quote of the second line", BYTES("\"a\nb\",\"c\nd\n"), true, CSV_BROKEN, 9 },
	{ "an open quote without a line end", BYTES("\"a"), true, CSV_BROKEN, 2 },
	{ "a broken line that is not whole", BYTES("a\"b"), false, CSV_MORE, 0 },
};

START_TEST(records_end_as_in_rfc_4180)
{
	struct csv_extent extent = { 0 };
	enum csv_result result = csv_scan(scans[_i].in, ',', scans[_i].is_end, &extent);
	ck_assert_msg(result == scans[_i].result, "%s: %d", scans[_i].what, (int)result);
	if (result == CSV_MORE)
		return;
	ck_assert_msg(extent.len == scans[_i].len, "%s: %zu", scans[_i].what, extent.len);
	ck_assert_msg(!extent.is_cut, "%s", scans[_i].what);
}
END_TEST

/* Reading in pieces of any size gives the same result as reading at once. */
START_TEST(pieces_give_the_same_records_as_the_whole)
{
	struct span all = scans[_i].in;
	for (size_t len = 0; len < all.len; len++) {
		struct csv_extent extent = { 0 };
		enum csv_result result =
			csv_scan((struct span){ all.bytes, len }, ',', false, &extent);
		ck_assert_msg(result == CSV_MORE || result == scans[_i].result, "%s cut at %zu: %d",
			scans[_i].what, len, (int)result);
		ck_assert(result == CSV_MORE || extent.len == scans[_i].len);
	}
}
END_TEST

START_TEST(the_size_of_a_record_is_limited)
{
	static const struct {
		char fill, first;
		size_t end; /* offset of a line end; 0: none */
		bool is_cut;
		size_t len;
	} cases[] = {
		{ 'a', 'a', 0, true, CSV_RECORD_MAX + 1000 },
		{ 'a', 'a', CSV_RECORD_MAX + 10, false, CSV_RECORD_MAX + 11 },
		{ 'a', '"', 100, false, 101 },
		{ '"', 'a', 0, true, CSV_RECORD_MAX + 1000 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct csv_extent extent = { 0 };
		size_t size = CSV_RECORD_MAX + 1000;
		char *bytes = malloc(size);
		ck_assert_ptr_nonnull(bytes);
		memset(bytes, cases[i].fill, size);
		bytes[0] = cases[i].first;
		if (cases[i].end > 0)
			bytes[cases[i].end] = '\n';
		ck_assert_int_eq(
			csv_scan((struct span){ bytes, size }, ',', false, &extent), CSV_BROKEN);
		ck_assert_uint_eq(extent.len, cases[i].len);
		ck_assert_int_eq(extent.is_cut, cases[i].is_cut);
		free(bytes);
	}
}
END_TEST

static const struct {
	struct span in;
	size_t count;
	const char *fields[4];
	unsigned quoted; /* bits */
} splits[] = {
	{ BYTES("a,b\r\n"), 2, { "a", "b" }, 0 },
	{ BYTES("a,"), 2, { "a", "" }, 0 },
	{ BYTES(",\n"), 2, { "", "" }, 0 },
	{ BYTES("\"\",\n"), 2, { "", "" }, 1 },
	{ BYTES("a,\"b\"\"c\"\"\",d\n"), 3, { "a", "b\"c\"", "d" }, 2 },
	{ BYTES("\"a,b\nc\",\" d \"\r\n"), 2, { "a,b\nc", " d " }, 3 },
	{ BYTES(" a , b"), 2, { " a ", " b" }, 0 },
	{ BYTES("a,b\r"), 2, { "a", "b" }, 0 },
	{ BYTES("\"a\rb\",c"), 2, { "a\rb", "c" }, 1 },
	{ BYTES("a;b"), 1, { "a;b" }, 0 },
};

START_TEST(fields_lose_their_quotes)
{
	struct csv_record *record = malloc(sizeof *record);
	ck_assert_ptr_nonnull(record);
	csv_split(splits[_i].in, ',', record);
	ck_assert_uint_eq(record->count, splits[_i].count);
	for (size_t i = 0; i < record->count; i++) {
		ck_assert_str_eq(record->fields[i].text, splits[_i].fields[i]);
		ck_assert_int_eq(record->fields[i].is_quoted, splits[_i].quoted >> i & 1);
	}
	free(record);
}
END_TEST

START_TEST(fields_are_read_as_written)
{
	static const char *const texts[] = { "plain", "", "a,b", "\"", "a\"\"b", "\r\n", " x ",
		"Gr\xc3\xb6\xc3\x9f"
		"e",
		"=1+1", "a;b\tc", "end ", NULL };
	struct buf out = { 0 };
	struct csv_extent extent;
	struct csv_record *record = malloc(sizeof *record);
	ck_assert_ptr_nonnull(record);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		buf_text(&out, i > 0 ? "," : "");
		csv_put(&out, texts[i]);
	}
	buf_text(&out, "\r\n");
	ck_assert_int_eq(csv_scan(buf_view(&out), ',', false, &extent), CSV_RECORD);
	ck_assert_uint_eq(extent.len, out.len);
	csv_split(buf_view(&out), ',', record);
	ck_assert_uint_eq(record->count, sizeof texts / sizeof *texts);
	for (size_t i = 0; i < record->count; i++)
		ck_assert_str_eq(record->fields[i].text, texts[i] ? texts[i] : "");
	ck_assert(record->fields[1].is_quoted && !record->fields[11].is_quoted);
	free(record);
	buf_fini(&out);
}
END_TEST

START_TEST(the_caller_chooses_the_separator)
{
	struct csv_extent extent;
	struct csv_record *record = malloc(sizeof *record);
	ck_assert_ptr_nonnull(record);
	struct span in = SPAN("a,b;\"c;\";\n");
	ck_assert_int_eq(csv_scan(in, ';', false, &extent), CSV_RECORD);
	csv_split(in, ';', record);
	ck_assert_uint_eq(record->count, 3);
	ck_assert_str_eq(record->fields[0].text, "a,b");
	ck_assert_str_eq(record->fields[1].text, "c;");
	free(record);
}
END_TEST

/* Fields beyond CSV_FIELDS_MAX are counted, too. */
START_TEST(all_fields_are_counted)
{
	struct buf line = { 0 };
	struct csv_record *record = malloc(sizeof *record);
	ck_assert_ptr_nonnull(record);
	for (int i = 0; i < 3 * CSV_FIELDS_MAX; i++)
		buf_text(&line, "x,");
	csv_split(buf_view(&line), ',', record);
	ck_assert_uint_eq(record->count, 3 * CSV_FIELDS_MAX + 1);
	ck_assert_str_eq(record->fields[CSV_FIELDS_MAX - 1].text, "x");
	buf_fini(&line);
	free(record);
}
END_TEST

/* For any bytes, a scan advances or returns CSV_MORE, and its record can be split. */
START_TEST(any_bytes_are_safe)
{
	static const char alphabet[] = "a,\"\r\n\0\xc3";
	struct csv_record *record = malloc(sizeof *record);
	ck_assert_ptr_nonnull(record);
	srand(_i + 1);
	for (int round = 0; round < 20000; round++) {
		char bytes[24];
		struct csv_extent extent = { 0 };
		size_t len = (size_t)rand() % sizeof bytes;
		for (size_t i = 0; i < len; i++)
			bytes[i] = alphabet[(size_t)rand() % (sizeof alphabet - 1)];
		enum csv_result result = csv_scan((struct span){ bytes, len }, ',', true, &extent);
		ck_assert((result == CSV_MORE) == (len == 0));
		ck_assert(result == CSV_MORE || (extent.len > 0 && extent.len <= len));
		if (result == CSV_RECORD)
			csv_split((struct span){ bytes, extent.len }, ',', record);
	}
	free(record);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("csv");
	tcase_add_loop_test(tests, records_end_as_in_rfc_4180, 0, sizeof scans / sizeof *scans);
	tcase_add_loop_test(
		tests, pieces_give_the_same_records_as_the_whole, 0, sizeof scans / sizeof *scans);
	tcase_add_test(tests, the_size_of_a_record_is_limited);
	tcase_add_loop_test(tests, fields_lose_their_quotes, 0, sizeof splits / sizeof *splits);
	tcase_add_test(tests, fields_are_read_as_written);
	tcase_add_test(tests, the_caller_chooses_the_separator);
	tcase_add_test(tests, all_fields_are_counted);
	tcase_add_loop_test(tests, any_bytes_are_safe, 0, 4);
	return suite_run("study csv", tests);
}
