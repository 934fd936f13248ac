/* utf8, uuid, date and spans. */
#include <string.h>

#include "common/date.h"
#include "common/utf8.h"
#include "common/uuid.h"
#include "tests/unit/suite.h"

static const struct {
	struct span bytes;
	bool is_valid;
	size_t length;
} texts[] = {
	{ SPAN_INIT(""), true, 0 },
	{ SPAN_INIT("plain ascii, longer than a word"), true, 31 },
	{ SPAN_INIT("\xc3\xa4"), true, 1 },
	{ SPAN_INIT("\xe2\x82\xac"), true, 1 },
	{ SPAN_INIT("\xf0\x9f\x98\x80 ok"), true, 4 },
	{ SPAN_INIT("a\x00z"), true, 3 },
	{ SPAN_INIT("\xef\xbf\xbd\xef\xbf\xbf"), true, 2 },
	{ SPAN_INIT("\xf4\x8f\xbf\xbf"), true, 1 },
	{ SPAN_INIT("\x80"), false, 0 },
	{ SPAN_INIT("\xc3"), false, 0 },
	{ SPAN_INIT("\xc3("), false, 0 },
	{ SPAN_INIT("\xc0\x80"), false, 0 },
	{ SPAN_INIT("\xc1\xbf"), false, 0 },
	{ SPAN_INIT("\xe0\x9f\xbf"), false, 0 },
	{ SPAN_INIT("\xed\xa0\x80"), false, 0 },
	{ SPAN_INIT("\xed\xbf\xbf"), false, 0 },
	{ SPAN_INIT("\xf0\x8f\xbf\xbf"), false, 0 },
	{ SPAN_INIT("\xf4\x90\x80\x80"), false, 0 },
	{ SPAN_INIT("\xf5\x80\x80\x80"), false, 0 },
	{ SPAN_INIT("\xfe"), false, 0 },
	{ SPAN_INIT("12345678\xff"), false, 0 },
	{ SPAN_INIT("\xe2\x82"), false, 0 },
};

START_TEST(only_valid_utf8_is_accepted)
{
	struct span s = texts[_i].bytes;
	ck_assert(utf8_is_valid(s.bytes, s.len) == texts[_i].is_valid);
	if (texts[_i].is_valid)
		ck_assert_uint_eq(utf8_length(s.bytes, s.len), texts[_i].length);
}
END_TEST

START_TEST(one_wrong_byte_is_found_at_every_place)
{
	char text[40];
	for (size_t len = 1; len <= sizeof text; len++)
		for (size_t at = 0; at < len; at++) {
			memset(text, 'a', len);
			ck_assert(utf8_is_valid(text, len));
			text[at] = (char)0x80;
			ck_assert(!utf8_is_valid(text, len));
		}
}
END_TEST

START_TEST(utf8_is_truncated_between_characters)
{
	static const char text[] = "a\xc3\xa4\xe2\x82\xac";
	static const size_t cuts[] = { 0, 1, 1, 3, 3, 3, 6, 6 };
	for (size_t max = 0; max < sizeof cuts / sizeof *cuts; max++)
		ck_assert_uint_eq(utf8_cut(text, sizeof text - 1, max), cuts[max]);
}
END_TEST

START_TEST(names_are_shown_on_one_line)
{
	char out[8];
	utf8_show("a\nb", 3, out, sizeof out);
	ck_assert_str_eq(out, "a?b");
	utf8_show("123456\xc3\xa4", 8, out, sizeof out);
	ck_assert_str_eq(out, "123456");
	utf8_show("\xff\xfe", 2, out, sizeof out);
	ck_assert_str_eq(out, "?");
}
END_TEST

static const struct {
	struct span text;
	bool is_day;
	int64_t days;
} days[] = {
	{ SPAN_INIT("1970-01-01"), true, 0 },
	{ SPAN_INIT("1969-12-31"), true, -1 },
	{ SPAN_INIT("2000-02-29"), true, 11016 },
	{ SPAN_INIT("2024-12-31"), true, 20088 },
	{ SPAN_INIT("1900-01-01"), true, -25567 },
	{ SPAN_INIT("9999-12-31"), true, 2932896 },
	{ SPAN_INIT("1900-02-29"), false, 0 },
	{ SPAN_INIT("2023-02-29"), false, 0 },
	{ SPAN_INIT("2024-04-31"), false, 0 },
	{ SPAN_INIT("2024-00-10"), false, 0 },
	{ SPAN_INIT("2024-13-01"), false, 0 },
	{ SPAN_INIT("2024-01-00"), false, 0 },
	{ SPAN_INIT("1899-12-31"), false, 0 },
	{ SPAN_INIT("0000-01-01"), false, 0 },
	{ SPAN_INIT("10000-01-01"), false, 0 },
	{ SPAN_INIT("2024-1-01"), false, 0 },
	{ SPAN_INIT("2024/01/01"), false, 0 },
	{ SPAN_INIT("2024-01-01 "), false, 0 },
	{ SPAN_INIT(" 2024-01-0"), false, 0 },
	{ SPAN_INIT("+024-01-01"), false, 0 },
	{ SPAN_INIT("today"), false, 0 },
	{ SPAN_INIT(""), false, 0 },
};

START_TEST(a_date_must_exist)
{
	int64_t got = 77;
	char text[DATE_TEXT_LEN];
	ck_assert_msg(
		date_parse(days[_i].text, &got) == days[_i].is_day, "%s", days[_i].text.bytes);
	ck_assert_int_eq(got, days[_i].is_day ? days[_i].days : 77);
	if (!days[_i].is_day)
		return;
	date_format(got, text);
	ck_assert_mem_eq(text, days[_i].text.bytes, DATE_TEXT_LEN);
}
END_TEST

START_TEST(every_day_is_parsed_as_formatted)
{
	char text[DATE_TEXT_LEN];
	int64_t day = -25567, got = day;
	for (bool is_back = true; is_back && day <= 2932896; day++) {
		date_format(day, text);
		is_back = date_parse((struct span){ text, sizeof text }, &got) && got == day;
	}
	ck_assert_int_eq(got, 2932896);
}
END_TEST

static const struct {
	int64_t microseconds;
	const char *text;
} instants[] = {
	{ 0, "1970-01-01T00:00:00.000000Z" },
	{ -1, "1969-12-31T23:59:59.999999Z" },
	{ 1700000000123456, "2023-11-14T22:13:20.123456Z" },
	{ 951782399999999, "2000-02-28T23:59:59.999999Z" },
};

static const struct {
	struct span text;
	bool is_instant;
	int64_t microseconds;
} told_instants[] = {
	{ SPAN_INIT("1970-01-01T00:00:00Z"), true, 0 },
	{ SPAN_INIT("1970-01-01t00:00:00z"), true, 0 },
	{ SPAN_INIT("1970-01-01 00:00:00Z"), true, 0 },
	{ SPAN_INIT("1970-01-01T01:30:00+01:30"), true, 0 },
	{ SPAN_INIT("1969-12-31T23:00:00-01:00"), true, 0 },
	{ SPAN_INIT("2023-11-14T22:13:20.123456Z"), true, 1700000000123456 },
	{ SPAN_INIT("2023-11-14T22:13:20.1Z"), true, 1700000000100000 },
	{ SPAN_INIT("2023-11-14T22:13:20.123456789+00:00"), true, 1700000000123456 },
	{ SPAN_INIT("2016-12-31T23:59:60Z"), true, 1483228800000000 },
	{ SPAN_INIT("1900-01-01T00:00:00Z"), true, -2208988800000000 },
	{ SPAN_INIT("1900-01-01T00:00:00+01:00"), false, 0 },
	{ SPAN_INIT("9999-12-31T23:59:59-00:01"), false, 0 },
	{ SPAN_INIT("2023-11-14"), false, 0 },
	{ SPAN_INIT("2023-11-14T22:13:20"), false, 0 },
	{ SPAN_INIT("2023-11-14T22:13Z"), false, 0 },
	{ SPAN_INIT("2023-11-14T22:13:20.Z"), false, 0 },
	{ SPAN_INIT("2023-11-14T22:13:20.5"), false, 0 },
	{ SPAN_INIT("2023-11-14T24:00:00Z"), false, 0 },
	{ SPAN_INIT("2023-11-14T22:60:00Z"), false, 0 },
	{ SPAN_INIT("2023-11-14T22:13:61Z"), false, 0 },
	{ SPAN_INIT("2023-02-29T22:13:20Z"), false, 0 },
	{ SPAN_INIT("2023-11-14T22:13:20+0100"), false, 0 },
	{ SPAN_INIT("2023-11-14T22:13:20+24:00"), false, 0 },
	{ SPAN_INIT("2023-11-14T22:13:20+01:60"), false, 0 },
	{ SPAN_INIT("2023-11-14T22:13:20 Z"), false, 0 },
	{ SPAN_INIT("2023-11-14\00022:13:20Z"), false, 0 },
	{ SPAN_INIT("2023-11-14T22:13:20ZZ"), false, 0 },
	{ SPAN_INIT(""), false, 0 },
};

static const struct {
	const char *text;
	const char *formatted; /* NULL: it is refused */
} local_instants[] = {
	{ "2023-11-14T22:13:20", "2023-11-14T22:13:20.000000" },
	{ "2023-11-14t22:13:20.1234567", "2023-11-14T22:13:20.123456" },
	{ "2023-11-14 22:13", "2023-11-14T22:13:00.000000" },
	{ "2016-12-31T23:59:60", "2017-01-01T00:00:00.000000" },
	{ "1900-01-01T00:00", "1900-01-01T00:00:00.000000" },
	{ "9999-12-31T23:59:59.999999", "9999-12-31T23:59:59.999999" },
	{ "9999-12-31T23:59:60", NULL },
	{ "1899-12-31T23:59", NULL },
	{ "2023-11-14T22:13:20Z", NULL },
	{ "2023-11-14T22:13:20+01:00", NULL },
	{ "2023-11-14T22:13Z", NULL },
	{ "2023-11-14T22:13:20.", NULL },
	{ "2023-11-14T22:13:2", NULL },
	{ "2023-11-14T24:00", NULL },
	{ "2023-02-29T22:13", NULL },
	{ "2023-11-14X22:13", NULL },
	{ "2023-11-14", NULL },
	{ "", NULL },
};

START_TEST(a_local_instant_has_no_offset)
{
	int64_t got = 77;
	char text[INSTANT_TEXT_LEN];
	const char *wanted = local_instants[_i].formatted;
	bool is_read = local_instant_parse(span_of(local_instants[_i].text), &got);
	ck_assert_msg(is_read == (wanted != NULL), "%s", local_instants[_i].text);
	if (!wanted) {
		ck_assert_int_eq(got, 77);
		return;
	}
	instant_format(got, text);
	ck_assert_mem_eq(text, wanted, LOCAL_INSTANT_TEXT_LEN);
}
END_TEST

START_TEST(an_instant_is_formatted_as_rfc_3339)
{
	int64_t got = 77;
	ck_assert_msg(instant_parse(told_instants[_i].text, &got) == told_instants[_i].is_instant,
		"%s", told_instants[_i].text.bytes);
	ck_assert_int_eq(got, told_instants[_i].is_instant ? told_instants[_i].microseconds : 77);
}
END_TEST

START_TEST(instants_are_parsed_as_rfc_3339)
{
	char text[INSTANT_TEXT_LEN];
	instant_format(instants[_i].microseconds, text);
	ck_assert_mem_eq(text, instants[_i].text, INSTANT_TEXT_LEN);
}
END_TEST

START_TEST(uuids_ascend_and_are_parsed_as_formatted)
{
	struct uuid_source source = { 0 };
	unsigned char before[16] = { 0 }, uuid[16], parsed[16];
	char text[UUID_TEXT_LEN];
	for (int i = 0; i < 20000; i++) {
		uuid_v7(&source, uuid);
		ck_assert(memcmp(before, uuid, sizeof uuid) < 0);
		ck_assert((uuid[6] >> 4) == 7 && (uuid[8] >> 6) == 2);
		uuid_format(uuid, text);
		ck_assert(uuid_parse((struct span){ text, sizeof text }, parsed));
		ck_assert_mem_eq(uuid, parsed, sizeof uuid);
		memcpy(before, uuid, sizeof uuid);
	}
}
END_TEST

START_TEST(a_uuid_is_formatted_in_small_letters)
{
	static const unsigned char uuid[16] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
		0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10 };
	char text[UUID_TEXT_LEN];
	uuid_format(uuid, text);
	ck_assert_mem_eq(text, "01234567-89ab-cdef-fedc-ba9876543210", sizeof text);
}
END_TEST

static const struct span not_uuids[] = {
	SPAN_INIT(""), SPAN_INIT("01890a5dac96774bbcceb302099a8057"), SPAN_INIT("01890a5d-ac96-774b-bcce-b302099a805"),
	SPAN_INIT("01890a5d-ac96-774b-bcce-b302099a80577"), SPAN_INIT("01890a5d-ac96-774b-bcceb-302099a8057"),
	SPAN_INIT("g1890a5d-ac96-774b-bcce-b302099a8057"), SPAN_INIT("{1890a5d-ac96-774b-bcce-b302099a805}"),
};

START_TEST(a_text_that_is_not_a_uuid_is_refused)
{
	unsigned char out[16] = { 1 };
	ck_assert(!uuid_parse(not_uuids[_i], out));
	ck_assert_int_eq(out[0], 1);
}
END_TEST

START_TEST(digits_are_read_as_a_number)
{
	int64_t value = 5;
	ck_assert(span_to_int(SPAN("-12"), &value) && value == -12);
	ck_assert(span_to_int(SPAN("999999999999999999"), &value) && value == 999999999999999999);
	ck_assert(!span_to_int(SPAN(""), &value) && !span_to_int(SPAN("-"), &value));
	ck_assert(!span_to_int(SPAN("+1"), &value) && !span_to_int(SPAN("1 "), &value));
	ck_assert(!span_to_int(SPAN("1000000000000000000"), &value));
	ck_assert_int_eq(value, 999999999999999999);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("text");
	tcase_add_loop_test(tc, only_valid_utf8_is_accepted, 0, sizeof texts / sizeof *texts);
	tcase_add_test(tc, one_wrong_byte_is_found_at_every_place);
	tcase_add_test(tc, utf8_is_truncated_between_characters);
	tcase_add_test(tc, names_are_shown_on_one_line);
	tcase_add_loop_test(tc, a_date_must_exist, 0, sizeof days / sizeof *days);
	tcase_add_test(tc, every_day_is_parsed_as_formatted);
	tcase_add_loop_test(tc, a_local_instant_has_no_offset, 0,
		sizeof local_instants / sizeof *local_instants);
	tcase_add_loop_test(tc, an_instant_is_formatted_as_rfc_3339, 0,
		sizeof told_instants / sizeof *told_instants);
	tcase_add_loop_test(
		tc, instants_are_parsed_as_rfc_3339, 0, sizeof instants / sizeof *instants);
	tcase_add_test(tc, a_uuid_is_formatted_in_small_letters);
	tcase_add_test(tc, uuids_ascend_and_are_parsed_as_formatted);
	tcase_add_loop_test(
		tc, a_text_that_is_not_a_uuid_is_refused, 0, sizeof not_uuids / sizeof *not_uuids);
	tcase_add_test(tc, digits_are_read_as_a_number);
	return suite_run("text", tc);
}
