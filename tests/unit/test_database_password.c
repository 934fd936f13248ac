/* A file gives libpq the password. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/suite.h"
#include "worker/database_password.h"

static const struct {
	const char *what, *text, *environment, *given;
	mode_t mode;
	const char *password; /* NULL: refused */
} files[] = {
	{ "a line", "secret one\n", "production", NULL, 0600, "secret one" },
	{ "no end of line", "secret", "", NULL, 0400, "secret" },
	{ "two lines", "first\r\nsecond\n", "", NULL, 0600, "first" },
	{ "PGPASSWORD wins", "file\n", "", "given", 0600, "given" },
	{ "others can read it", "secret\n", "", NULL, 0644, NULL },
	{ "empty", "\nsecond\n", "", NULL, 0600, NULL },
	{ "widely known", "postgres\n", "production", NULL, 0600, NULL },
};

static void write_file(const char *path, const char *text, mode_t mode)
{
	FILE *to = fopen(path, "w");
	ck_assert_ptr_nonnull(to);
	(void)fputs(text, to);
	(void)fclose(to);
	ck_assert_int_eq(chmod(path, mode), 0);
}

START_TEST(a_file_gives_libpq_the_password)
{
	char path[] = "/tmp/test_database_password.XXXXXX";
	struct fail why = { 0 };
	close(mkstemp(path));
	write_file(path, files[_i].text, files[_i].mode);
	struct settings s = { .environment = files[_i].environment,
		.database_password_file = path };
	unsetenv("PGPASSWORD");
	if (files[_i].given)
		setenv("PGPASSWORD", files[_i].given, 1);
	enum status st = database_password_export(&s, &why);
	(void)unlink(path);
	if (files[_i].password) {
		ck_assert_msg(st == ST_OK, "%s: %s", files[_i].what, why.text);
		ck_assert_str_eq(getenv("PGPASSWORD"), files[_i].password);
	} else {
		ck_assert_msg(st == ST_BAD_SETTING, "%s", files[_i].what);
		ck_assert_ptr_null(strstr(why.text, "secret"));
		ck_assert_ptr_null(getenv("PGPASSWORD"));
	}
}
END_TEST

START_TEST(a_missing_file_is_a_wrong_setting_and_no_file_is_none)
{
	struct fail why = { 0 };
	struct settings s = { .environment = "", .database_password_file = "/nowhere/password" };
	unsetenv("PGPASSWORD");
	ck_assert(database_password_export(&s, &why) == ST_BAD_SETTING);
	ck_assert_ptr_nonnull(strstr(why.text, "STUDYTRACKER_DATABASE_PASSWORD_FILE"));
	s.database_password_file = "";
	ck_assert(database_password_export(&s, &why) == ST_OK);
	ck_assert_ptr_null(getenv("PGPASSWORD"));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("database_password");
	tcase_add_loop_test(
		tests, a_file_gives_libpq_the_password, 0, sizeof files / sizeof *files);
	tcase_add_test(tests, a_missing_file_is_a_wrong_setting_and_no_file_is_none);
	return suite_run("database_password", tests);
}
