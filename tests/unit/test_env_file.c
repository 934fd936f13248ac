#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/env_file.h"
#include "tests/unit/suite.h"

static struct env_file *file;
static struct fail why;

static void forget(void)
{
	env_file_free(&file);
}

static enum status parse(const char *text)
{
	return env_file_parse("x.env", span_of(text), &file, &why);
}

/* Each text sets A, and nothing else. */
static const struct {
	const char *text, *value;
} accepted[] = {
	{ "A=b", "b" },
	{ "A=b\n", "b" },
	{ "A=b\r\n", "b" },
	{ "A=b\r", "b" },
	{ "A=", "" },
	{ "A= \t\r\n", "" },
	{ "A =\tb c \t\n", "b c" },
	{ "  A=b", "b" },
	{ "export A=b", "b" },
	{ "export \t A = b", "b" },
	{ "\xef\xbb\xbf"
	  "A=b",
		"b" },
	{ "# comment\n\n \t# another: $ \\ '\nA=b\n#A=c", "b" },
	{ "A=b\nA=c\n", "c" },
	{ "A=b=c==", "b=c==" },
	{ "A=b#c", "b#c" },
	{ "A=#b", "#b" },
	{ "A=it's \"so\"", "it's \"so\"" },
	{ "A=K\xc3\xa4se", "K\xc3\xa4se" },
	{ "A=postgresql://me:p%40ss@[::1]:5432/db?host=/run&x=y",
		"postgresql://me:p%40ss@[::1]:5432/db?host=/run&x=y" },
	{ "A='b'", "b" },
	{ "A=''", "" },
	{ "A=' b # \\n $c \"d\" `e` '", " b # \\n $c \"d\" `e` " },
	{ "A='b' \t\r\n", "b" },
	{ "A=\"b\"", "b" },
	{ "A=\"\"", "" },
	{ "A=\" # it's \"", " # it's " },
	{ "A=\"\\\"\\\\\\$\\`\"", "\"\\$`" },
	{ "A='b\nc'\n", "b\nc" },
	{ "A=\"b\n\nc=d\n# e\"", "b\n\nc=d\n# e" },
};

START_TEST(a_value_is_read)
{
	ck_assert_msg(parse(accepted[_i].text) == ST_OK, "%s: %s", accepted[_i].text, why.text);
	const struct env_entry *entry = env_file_find(file, "A");
	ck_assert_ptr_nonnull(entry);
	ck_assert_str_eq(entry->value, accepted[_i].value);
	for (size_t i = 0; i < file->count; i++)
		ck_assert_str_eq(file->entries[i].name, "A");
}
END_TEST

static const struct {
	const char *text, *error;
} refused[] = {
	{ "A", "x.env:1: it must be NAME=VALUE" },
	{ "=b", "x.env:1: it must be NAME=VALUE" },
	{ "A b", "x.env:1: it must be NAME=VALUE" },
	{ "A-B=c", "x.env:1: it must be NAME=VALUE" },
	{ "1A=b", "x.env:1: it must be NAME=VALUE" },
	{ "A.B=c", "x.env:1: it must be NAME=VALUE" },
	{ "; b", "x.env:1: it must be NAME=VALUE" },
	{ "exportA", "x.env:1: it must be NAME=VALUE" },
	{ "export", "x.env:1: it must be NAME=VALUE" },
	{ "A: b", "x.env:1: it must be NAME=VALUE" },
	{ "\xc3\xa4=b", "x.env:1: it must be NAME=VALUE" },
	{ "A=b\n\nsecret", "x.env:3: it must be NAME=VALUE" },
	{ "A=b # c", "x.env:1: a value with \" #\"" },
	{ "A= #b", "x.env:1: a value with \" #\"" },
	{ "A=b\\", "x.env:1: a value with a backslash" },
	{ "A=b\\\nc", "x.env:1: a value with a backslash" },
	{ "A=b$c", "x.env:1: a value with \"$\"" },
	{ "A='b", "x.env:1: the closing quote is missing" },
	{ "A='b\nB=c\n", "x.env:1: the closing quote is missing" },
	{ "\nA=\"b\n\n", "x.env:2: the closing quote is missing" },
	{ "A='it\\'s'", "x.env:1: nothing may follow the closing quote" },
	{ "A=\"b\"c", "x.env:1: nothing may follow the closing quote" },
	{ "A='b' # c", "x.env:1: nothing may follow the closing quote" },
	{ "A='b\n' c", "x.env:2: nothing may follow the closing quote" },
	{ "A=\"b\\n\"", "x.env:1: between double quotes, a backslash" },
	{ "A=\"\n\\\n\"", "x.env:2: between double quotes, a backslash" },
	{ "A=\"b\\", "x.env:1: between double quotes, a backslash" },
	{ "A=\"$b\"", "x.env:1: \"$\" and \"`\" need" },
	{ "A=\"`b`\"", "x.env:1: \"$\" and \"`\" need" },
	{ "A=b\n#\xff\n", "x.env:2: it must be UTF-8" },
	{ "A=b\rc", "x.env:1: it must not contain control characters" },
	{ "A='b\x1b'", "x.env:1: it must not contain control characters" },
};

START_TEST(a_bad_line_is_refused_with_its_number_and_without_its_text)
{
	ck_assert_msg(parse(refused[_i].text) == ST_BAD_SETTING, "%s", refused[_i].text);
	ck_assert_ptr_null(file);
	ck_assert_msg(strncmp(why.text, refused[_i].error, strlen(refused[_i].error)) == 0, "%s",
		why.text);
	ck_assert_ptr_null(strstr(why.text, "secret"));
}
END_TEST

START_TEST(a_nul_byte_is_refused)
{
	ck_assert(env_file_parse("x.env", SPAN("A=b\nB=\0c"), &file, &why) == ST_BAD_SETTING);
	ck_assert_str_eq(why.text, "x.env:2: it must not contain control characters");
}
END_TEST

START_TEST(entries_have_their_lines)
{
	ck_assert(parse("# 1\nA=b\n\nB='c\nd'\nexport C=e\nA=f") == ST_OK);
	ck_assert_uint_eq(file->count, 4);
	ck_assert_uint_eq(env_file_find(file, "A")->line, 7);
	ck_assert_uint_eq(env_file_find(file, "B")->line, 4);
	ck_assert_uint_eq(env_file_find(file, "C")->line, 6);
	ck_assert_ptr_null(env_file_find(file, "D"));
	ck_assert_ptr_null(env_file_find(NULL, "A"));
}
END_TEST

static const char *const empty[] = { "", "\n", "\r\n", " ", "#", "# A=b", "\xef\xbb\xbf" };

START_TEST(a_file_may_be_empty)
{
	ck_assert_msg(parse(empty[_i]) == ST_OK, "%s", why.text);
	ck_assert_uint_eq(file->count, 0);
}
END_TEST

START_TEST(a_line_has_at_most_64_kib)
{
	for (int over = 0; over < 2; over++) {
		size_t len = ENV_FILE_LINE_MAX + (size_t)over;
		char *text = malloc(len + 3);
		memset(text, 'b', len);
		memcpy(text, "A=", 2);
		memcpy(text + len, "\r\n", 3);
		enum status st = parse(text);
		free(text);
		ck_assert(st == (over ? ST_BAD_SETTING : ST_OK));
		forget();
	}
	ck_assert_str_eq(why.text, "x.env:1: a line may have at most 64 KiB");
}
END_TEST

/* Files. */

static char path[] = "/tmp/test_env_file.XXXXXX";

static void write_file(mode_t mode, size_t lines)
{
	memcpy(path, "/tmp/test_env_file.XXXXXX", sizeof path);
	int fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fchmod(fd, mode), 0);
	FILE *to = fdopen(fd, "w");
	for (size_t i = 0; i < lines; i++)
		(void)fputs("A=234567890123456789012345678901\n", to); /* 33 bytes */
	(void)fclose(to);
}

START_TEST(a_file_is_read_with_its_permissions)
{
	static const struct {
		mode_t mode;
		bool others_can_read;
	} modes[] = { { 0600, false }, { 0640, false }, { 0604, true }, { 0644, true } };
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		write_file(modes[i].mode, 1);
		ck_assert(env_file_read(path, &file, &why) == ST_OK);
		ck_assert(file->others_can_read == modes[i].others_can_read);
		ck_assert_str_eq(file->path, path);
		ck_assert_ptr_nonnull(env_file_find(file, "A"));
		forget();
		(void)unlink(path);
	}
}
END_TEST

START_TEST(a_file_has_at_most_1_mib)
{
	static const size_t fits = ENV_FILE_BYTES_MAX / 33;
	write_file(0600, fits);
	ck_assert(env_file_read(path, &file, &why) == ST_OK);
	ck_assert_uint_eq(file->count, fits);
	(void)unlink(path);
	forget();
	write_file(0600, fits + 1);
	ck_assert(env_file_read(path, &file, &why) == ST_BAD_SETTING);
	(void)unlink(path);
	ck_assert_ptr_nonnull(strstr(why.text, "is larger than 1 MiB"));
	ck_assert(env_file_read("/dev/zero", &file, &why) == ST_BAD_SETTING);
	ck_assert_str_eq(why.text, "/dev/zero is larger than 1 MiB");
}
END_TEST

START_TEST(a_missing_file_is_told_from_one_that_cannot_be_read)
{
	ck_assert(env_file_read("/nowhere/.env", &file, &why) == ST_NOT_FOUND);
	ck_assert_str_eq(why.text, "/nowhere/.env can't be opened: No such file or directory");
	ck_assert(env_file_read("/tmp", &file, &why) == ST_BAD_SETTING);
	ck_assert_str_eq(why.text, "/tmp can't be read: Is a directory");
	ck_assert(env_file_read("/dev/null/.env", &file, &why) == ST_BAD_SETTING);
	ck_assert_ptr_null(file);
}
END_TEST

START_TEST(a_pipe_is_read_to_its_end)
{
	int ends[2];
	char name[32];
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], "A=b\nB=c\n", 8), 8);
	(void)close(ends[1]);
	(void)snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
	ck_assert(env_file_read(name, &file, &why) == ST_OK);
	ck_assert_uint_eq(file->count, 2);
	ck_assert(!file->others_can_read);
	(void)close(ends[0]);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
	TCase *tests = tcase_create("env_file");
	tcase_add_checked_fixture(tests, NULL, forget);
	tcase_add_loop_test(tests, a_value_is_read, 0, COUNT(accepted));
	tcase_add_loop_test(tests, a_bad_line_is_refused_with_its_number_and_without_its_text, 0,
		COUNT(refused));
	tcase_add_test(tests, a_nul_byte_is_refused);
	tcase_add_test(tests, entries_have_their_lines);
	tcase_add_loop_test(tests, a_file_may_be_empty, 0, COUNT(empty));
	tcase_add_test(tests, a_line_has_at_most_64_kib);
	tcase_add_test(tests, a_file_is_read_with_its_permissions);
	tcase_add_test(tests, a_file_has_at_most_1_mib);
	tcase_add_test(tests, a_missing_file_is_told_from_one_that_cannot_be_read);
	tcase_add_test(tests, a_pipe_is_read_to_its_end);
	return suite_run("env_file", tests);
}
