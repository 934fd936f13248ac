#include "worker/sqlstate.h"
#include "tests/unit/suite.h"

static const struct {
	const char *sqlstate;
	struct sqlstate_policy policy;
} rows[] = {
	{ "40001", { ST_DATABASE_UNAVAILABLE, true, false } },
	{ "40P01", { ST_DATABASE_UNAVAILABLE, true, false } },
	{ "23505", { ST_INTERNAL, true, false } },
	{ "23503", { ST_INTERNAL, true, false } },
	{ "23514", { ST_INVALID_INPUT, false, false } },
	{ "23502", { ST_INTERNAL, false, false } },
	{ "22003", { ST_INVALID_INPUT, false, false } },
	{ "22P05", { ST_INVALID_INPUT, false, false } },
	{ "0A000", { ST_DATABASE_UNAVAILABLE, true, true } },
	{ "26000", { ST_DATABASE_UNAVAILABLE, true, true } },
	{ "25006", { ST_DATABASE_UNAVAILABLE, true, true } },
	{ "55P03", { ST_DATABASE_UNAVAILABLE, false, false } },
	{ "57014", { ST_DEADLINE_EXCEEDED, false, false } },
	{ "57P01", { ST_DATABASE_UNAVAILABLE, false, false } },
	{ "53100", { ST_DATABASE_UNAVAILABLE, false, false } },
	{ "58030", { ST_DATABASE_UNAVAILABLE, false, false } },
	{ "42P01", { ST_INTERNAL, false, false } },
	{ "XX000", { ST_INTERNAL, false, false } },
	{ "", { ST_INTERNAL, false, false } },
};

START_TEST(each_sqlstate_has_its_policy)
{
	struct sqlstate_policy v = sqlstate_policy(rows[_i].sqlstate);
	ck_assert_msg(v.status == rows[_i].policy.status, "%s: %s", rows[_i].sqlstate,
		status_info(v.status)->code);
	ck_assert_msg(
		v.retry_at_once == rows[_i].policy.retry_at_once, "%s: again", rows[_i].sqlstate);
	ck_assert_msg(v.reconnect == rows[_i].policy.reconnect, "%s: reconnect", rows[_i].sqlstate);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("policy");
	tcase_add_loop_test(tests, each_sqlstate_has_its_policy, 0, sizeof rows / sizeof *rows);
	return suite_run("policy", tests);
}
