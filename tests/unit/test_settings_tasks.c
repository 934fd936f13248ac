#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/settings_tasks.h"
#include "tests/unit/suite.h"

static const struct {
	const char *flag;
	enum settings_task task;
	const char *prints;
} tasks[] = {
	{ "--help", SETTINGS_HELP, "--port" },
	{ "-h", SETTINGS_HELP, "usage: program" },
	{ "--version", SETTINGS_VERSION, "program " },
	{ "--settings-table", SETTINGS_TABLE,
		"| `API_PORT` | `--port` | `22112` | gateway, dev |" },
};

START_TEST(a_task_is_found_even_with_wrong_values)
{
	struct settings settings = { 0 };
	enum settings_task task = 0;
	char *text = NULL;
	size_t len = 0;
	char program[] = "program", nonsense[] = "--nonsense", flag[32];
	char *argv[] = { program, nonsense, flag, NULL };
	(void)snprintf(flag, sizeof flag, "%s", tasks[_i].flag);
	setenv("API_PORT", "nonsense", 1);
	ck_assert(settings_load(FOR_GATEWAY, 3, argv, &settings, &task, NULL) == ST_OK);
	ck_assert(task == tasks[_i].task);
	FILE *to = open_memstream(&text, &len);
	settings_print(&settings, task, "program", to);
	(void)fclose(to);
	ck_assert_ptr_nonnull(strstr(text, tasks[_i].prints));
	if (task == SETTINGS_HELP)
		ck_assert_ptr_null(strstr(text, "DATABASE_URL")); /* a setting of the worker */
	free(text);
	settings_fini(&settings);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("settings_tasks");
	tcase_add_loop_test(
		tests, a_task_is_found_even_with_wrong_values, 0, sizeof tasks / sizeof *tasks);
	return suite_run("settings_tasks", tests);
}
