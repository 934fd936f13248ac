/* Whole numbers in any notation. */
#include "common/number.h"
#include "tests/unit/suite.h"

static const struct {
	const char *text;
	int64_t whole; /* -1: none */
} numbers[] = {
	{ "30", 30 },
	{ "30.0", 30 },
	{ "3e1", 30 },
	{ "3.0E+1", 30 },
	{ "300e-1", 30 },
	{ "0", 0 },
	{ "0.0", 0 },
	{ "-2.0", -2 },
	{ "999999999999999999", INT64_C(999999999999999999) },
	{ "30.5", -1 },
	{ "3e-1", -1 },
	{ "1e17", -1 },
	{ "1e999", -1 },
	{ "99999999999999999999", -1 },
	{ "", -1 },
	{ "-", -1 },
	{ "+30", -1 },
	{ "030", -1 },
	{ ".5", -1 },
	{ "30.", -1 },
	{ "3e", -1 },
	{ "3e+", -1 },
	{ "0x1e", -1 },
	{ "inf", -1 },
	{ "nan", -1 },
	{ " 30", -1 },
	{ "30 ", -1 },
	{ "30,0", -1 },
	{ "30.0000000000000000000000000000000000000000000000000000000000000000000000", -1 },
};

START_TEST(a_number_is_whole_or_refused)
{
	int64_t whole = -1;
	bool is_whole = number_of_text(span_of(numbers[_i].text), &whole);
	ck_assert_msg(whole == numbers[_i].whole, "%s: %lld", numbers[_i].text, (long long)whole);
	ck_assert_int_eq(is_whole, numbers[_i].whole != -1);
}
END_TEST

START_TEST(a_nul_does_not_end_a_number)
{
	int64_t whole;
	ck_assert(!number_of_text((struct span){ "30\0", 3 }, &whole));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("number");
	tcase_add_loop_test(
		tests, a_number_is_whole_or_refused, 0, sizeof numbers / sizeof *numbers);
	tcase_add_test(tests, a_nul_does_not_end_a_number);
	return suite_run("number", tests);
}
