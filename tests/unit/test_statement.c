#include "common/method.h"
#include "worker/statement.h"
#include "tests/unit/suite.h"

START_TEST(every_method_without_passwords_has_a_statement)
{
	const struct method *m = method_at((size_t)_i);
	ck_assert_msg(!statement_find(m->name) == !!m->passwords, "%s", m->name);
}
END_TEST

START_TEST(statements_without_a_method_are_found_by_name)
{
	ck_assert_ptr_nonnull(statement_find("connection"));
	ck_assert_ptr_nonnull(statement_find("timeout"));
	ck_assert_ptr_null(statement_find("topics.got"));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("statement");
	tcase_add_loop_test(
		tests, every_method_without_passwords_has_a_statement, 0, (int)method_count());
	tcase_add_test(tests, statements_without_a_method_are_found_by_name);
	return suite_run("statement", tests);
}
