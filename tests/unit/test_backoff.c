#include "worker/backoff.h"
#include "tests/unit/suite.h"

static void waits_about(struct backoff *b, unsigned ms)
{
	unsigned wait_ms = backoff_next_ms(b);
	ck_assert_uint_ge(wait_ms, ms / 2);
	ck_assert_uint_le(wait_ms, ms + ms / 2);
}

START_TEST(the_wait_doubles_up_to_its_limit_and_starts_anew)
{
	struct backoff b = { 0 };
	static const unsigned waits_ms[] = { 100, 200, 400, 800, 1600, 2000, 2000, 2000 };
	for (size_t i = 0; i < sizeof waits_ms / sizeof *waits_ms; i++)
		waits_about(&b, waits_ms[i]);
	backoff_reset(&b);
	waits_about(&b, BACKOFF_FIRST_MS);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("backoff");
	tcase_add_test(tests, the_wait_doubles_up_to_its_limit_and_starts_anew);
	return suite_run("backoff", tests);
}
