#include "worker/background.h"

#include <string.h>

#include "tests/unit/suite.h"

/* The response is discarded, and an unknown method would be, too. */
START_TEST(every_task_is_an_internal_method_without_params)
{
	const struct background_task *t;
	for (size_t i = 0; (t = background_task_at(i)) != NULL; i++) {
		const struct method *m = method_find(span_of(t->method));
		ck_assert_msg(m && m->audience == AUDIENCE_SELF, "%s", t->method);
		ck_assert_msg(m->param_count == 0 && m->safe_to_repeat, "%s", t->method);
		ck_assert_msg(t->interval_ms >= 1000, "%s", t->method);
	}
	ck_assert_ptr_nonnull(background_task_at(0));
}
END_TEST

START_TEST(every_purge_and_fold_is_a_task)
{
	for (size_t i = 0; i < method_count(); i++) {
		const char *name = method_at(i)->name;
		size_t tasks = 0;
		for (size_t k = 0; background_task_at(k); k++)
			tasks += span_is(span_of(name), background_task_at(k)->method);
		bool is_expected = strstr(name, ".purge") || strstr(name, ".fold");
		ck_assert_msg(is_expected == (tasks == 1), "%s", name);
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("background");
	tcase_add_test(tests, every_task_is_an_internal_method_without_params);
	tcase_add_test(tests, every_purge_and_fold_is_a_task);
	return suite_run("background", tests);
}
