#include "common/password_list.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/suite.h"

static char path[] = "/tmp/password-list-XXXXXX";
static struct password_list *list;
static struct fail why;

static void start(void)
{
	int fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	(void)close(fd);
}

static void end(void)
{
	password_list_free(&list);
	(void)unlink(path);
}

static void write_file(const char *text, size_t len)
{
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, len, file), len);
	ck_assert_int_eq(fclose(file), 0);
}

static void open_list(const char *text)
{
	write_file(text, strlen(text));
	ck_assert_msg(password_list_open(path, &list, &why) == ST_OK, "%s", why.text);
}

static const char text[] = "#!comment: a list of\n"
			   "#!comment:commented out\n"
			   "password\n"
			   "1234567\n"
			   "\n"
			   "#hashtag1\n"
			   "Trustno1!\r\n"
			   "correct horse\n"
			   "password1\n"
			   "p\303\244ssw\303\266rter\n"
			   "lastwithoutbreak";

static const struct {
	const char *password;
	bool is_listed;
} table[] = {
	{ "password", true },
	{ "PassWord", true },
	{ "password1", true },
	{ "password2", false },
	{ "passwor", false },
	{ "assword1", false },
	{ "1234567", false }, /* too short to be chosen, so not kept */
	{ "#hashtag1", true },
	{ "trustNO1!", true },
	{ "Trustno1!\r", false },
	{ "correct horse", true },
	{ "correct", false },
	{ " correct horse", false },
	{ "P\303\244SSW\303\266RTER", true },
	{ "P\303\204SSW\303\226RTER", false }, /* only ASCII letters match */
	{ "lastwithoutbreak", true },
	{ "commented out", false },
	{ "#!comment:commented out", false },
	{ "", false },
};

START_TEST(passwords_of_the_list_are_found_in_any_case)
{
	open_list(text);
	ck_assert_msg(password_list_has(list, span_of(table[_i].password)) == table[_i].is_listed,
		"\"%s\"", table[_i].password);
	ck_assert_uint_eq(password_list_count(list), 7);
}
END_TEST

START_TEST(a_list_may_be_empty)
{
	open_list("#!comment: nothing\nshort\n");
	ck_assert_uint_eq(password_list_count(list), 0);
	ck_assert(!password_list_has(list, SPAN("short")));
}
END_TEST

START_TEST(a_list_that_is_too_long_is_refused)
{
	static char bytes[PASSWORD_LIST_BYTES_MAX + 1];
	memset(bytes, '\n', sizeof bytes);
	write_file(bytes, sizeof bytes - 1);
	ck_assert(password_list_open(path, &list, &why) == ST_OK);
	password_list_free(&list);
	write_file(bytes, sizeof bytes);
	ck_assert_int_eq(password_list_open(path, &list, &why), ST_BAD_SETTING);
	ck_assert(!list && strstr(why.text, path) && strstr(why.text, "too large"));
}
END_TEST

START_TEST(a_file_that_is_missing_or_that_others_change_is_refused)
{
	ck_assert_int_eq(password_list_open("/nowhere/list", &list, &why), ST_NOT_FOUND);
	ck_assert(!list && strstr(why.text, "/nowhere/list"));
	write_file(text, sizeof text - 1);
	ck_assert_int_eq(chmod(path, 0666), 0);
	ck_assert_int_eq(password_list_open(path, &list, &why), ST_BAD_SETTING);
	ck_assert_ptr_null(list);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("password_list");
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_loop_test(tests, passwords_of_the_list_are_found_in_any_case, 0,
		sizeof table / sizeof *table);
	tcase_add_test(tests, a_list_may_be_empty);
	tcase_add_test(tests, a_list_that_is_too_long_is_refused);
	tcase_add_test(tests, a_file_that_is_missing_or_that_others_change_is_refused);
	return suite_run("password_list", tests);
}
