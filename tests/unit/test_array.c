#include <stdio.h>
#include <string.h>

#include "worker/array.h"
#include "tests/unit/suite.h"

static struct array a;
static char shown[512];

static const char *hex(struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		(void)snprintf(
			shown + 2 * i, sizeof shown - 2 * i, "%02x", (unsigned char)bytes.bytes[i]);
	return shown;
}

static void expect_finish(const char *wanted)
{
	struct span bytes;
	ck_assert(array_finish(&a, &bytes) == ST_OK);
	ck_assert_str_eq(hex(bytes), wanted);
}

START_TEST(an_empty_array_has_no_dimension)
{
	array_start(&a, ARRAY_INT8);
	expect_finish("00000000"
		      "00000000"
		      "00000014");
}
END_TEST

START_TEST(elements_follow_one_dimension_that_counts_them)
{
	array_start(&a, ARRAY_INT8);
	array_int8(&a, 42);
	array_int8(&a, -2);
	expect_finish("00000001"
		      "00000000"
		      "00000014"
		      "00000002"
		      "00000001"
		      "00000008"
		      "000000000000002a"
		      "00000008"
		      "fffffffffffffffe");
}
END_TEST

START_TEST(a_null_has_length_minus_one_and_sets_the_header_flag)
{
	array_start(&a, ARRAY_BOOL);
	array_bool(&a, true);
	array_null(&a);
	array_bool(&a, false);
	expect_finish("00000001"
		      "00000001"
		      "00000010"
		      "00000003"
		      "00000001"
		      "00000001"
		      "01"
		      "ffffffff"
		      "00000001"
		      "00");
}
END_TEST

START_TEST(an_empty_text_is_not_null)
{
	array_start(&a, ARRAY_TEXT);
	array_text(&a, (struct span){ 0 });
	array_text(&a, SPAN("\xc3\xa4"));
	expect_finish("00000001"
		      "00000000"
		      "00000019"
		      "00000002"
		      "00000001"
		      "00000000"
		      "00000002"
		      "c3a4");
}
END_TEST

START_TEST(dates_count_from_2000)
{
	array_start(&a, ARRAY_DATE);
	array_date(&a, 10957); /* 2000-01-01 */
	array_date(&a, 0);     /* 1970-01-01 */
	expect_finish("00000001"
		      "00000000"
		      "0000043a"
		      "00000002"
		      "00000001"
		      "00000004"
		      "00000000"
		      "00000004"
		      "ffffd533");
}
END_TEST

START_TEST(instants_count_microseconds_from_2000)
{
	array_start(&a, ARRAY_INSTANT);
	array_instant(&a, 946684800000001);
	array_instant(&a, 0);
	expect_finish("00000001"
		      "00000000"
		      "000004a0"
		      "00000002"
		      "00000001"
		      "00000008"
		      "0000000000000001"
		      "00000008"
		      "fffca2fec4c82000");
}
END_TEST

START_TEST(times_count_from_midnight)
{
	array_start(&a, ARRAY_TIME);
	array_time(&a, 0);
	array_time(&a, 23 * 60 + 59);
	expect_finish("00000001"
		      "00000000"
		      "0000043b"
		      "00000002"
		      "00000001"
		      "00000008"
		      "0000000000000000"
		      "00000008"
		      "000000141a43d900");
}
END_TEST

START_TEST(a_uuid_is_its_sixteen_bytes)
{
	static const unsigned char uuid[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
		255 };
	array_start(&a, ARRAY_UUID);
	array_uuid(&a, uuid);
	expect_finish("00000001"
		      "00000000"
		      "00000b86"
		      "00000001"
		      "00000001"
		      "00000010"
		      "000102030405060708090a0b0c0d0eff");
}
END_TEST

START_TEST(a_real_is_its_eight_bytes)
{
	array_start(&a, ARRAY_REAL);
	array_real(&a, 0.5);
	array_real(&a, -2);
	expect_finish("00000001"
		      "00000000"
		      "000002bd"
		      "00000002"
		      "00000001"
		      "00000008"
		      "3fe0000000000000"
		      "00000008"
		      "c000000000000000");
}
END_TEST

START_TEST(json_follows_its_version)
{
	array_start(&a, ARRAY_JSON);
	array_json(&a, SPAN("[1]"));
	array_null(&a);
	expect_finish("00000001"
		      "00000001"
		      "00000eda"
		      "00000002"
		      "00000001"
		      "00000004"
		      "01"
		      "5b315d"
		      "ffffffff");
}
END_TEST

START_TEST(array_start_discards_the_last_use)
{
	array_start(&a, ARRAY_TEXT);
	array_text(&a, SPAN("secret"));
	array_null(&a);
	array_start(&a, ARRAY_INT8);
	array_int8(&a, 1);
	expect_finish("00000001"
		      "00000000"
		      "00000014"
		      "00000001"
		      "00000001"
		      "00000008"
		      "0000000000000001");
}
END_TEST

START_TEST(an_append_that_did_not_fit_fails_array_finish)
{
	struct span bytes = { 0 };
	a.bytes.limit = 40;
	array_start(&a, ARRAY_TEXT);
	array_text(&a, SPAN("more than there is room for"));
	ck_assert(array_finish(&a, &bytes) == ST_NO_MEMORY);
	array_start(&a, ARRAY_INT8);
	array_int8(&a, 1);
	ck_assert(array_finish(&a, &bytes) == ST_OK);
}
END_TEST

static void start(void)
{
	memset(shown, 0, sizeof shown);
}

static void end(void)
{
	array_fini(&a);
}

int main(void)
{
	TCase *tests = tcase_create("array");
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, an_empty_array_has_no_dimension);
	tcase_add_test(tests, elements_follow_one_dimension_that_counts_them);
	tcase_add_test(tests, a_null_has_length_minus_one_and_sets_the_header_flag);
	tcase_add_test(tests, an_empty_text_is_not_null);
	tcase_add_test(tests, dates_count_from_2000);
	tcase_add_test(tests, instants_count_microseconds_from_2000);
	tcase_add_test(tests, times_count_from_midnight);
	tcase_add_test(tests, a_uuid_is_its_sixteen_bytes);
	tcase_add_test(tests, a_real_is_its_eight_bytes);
	tcase_add_test(tests, json_follows_its_version);
	tcase_add_test(tests, array_start_discards_the_last_use);
	tcase_add_test(tests, an_append_that_did_not_fit_fails_array_finish);
	return suite_run("array", tests);
}
