/* The file of `study login`: its path, modes, contents and replacement. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/study/credential.h"
#include "client/study/token_file.h"
#include "tests/unit/suite.h"

static char home[] = "/tmp/st-token-XXXXXX";
static char path[PATH_MAX];

static void setup(void)
{
	memcpy(home + sizeof home - 7, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(home));
	(void)setenv("XDG_CONFIG_HOME", home, 1);
	(void)unsetenv("STUDYTRACKER_TOKEN");
	(void)snprintf(path, sizeof path, "%s/study/token", home);
}

static void teardown(void)
{
	char directory[PATH_MAX];
	(void)snprintf(directory, sizeof directory, "%s/study", home);
	(void)unlink(path);
	ck_assert(rmdir(directory) == 0 || errno == ENOENT); /* no temporary file is left */
	ck_assert_int_eq(rmdir(home), 0);
}

static mode_t mode_of(const char *file)
{
	struct stat about;
	ck_assert_int_eq(stat(file, &about), 0);
	return about.st_mode & 07777;
}

static void write_token(const char *token, int64_t id)
{
	struct token_file file = { .id = id };
	struct fail why = { 0 };
	(void)snprintf(file.token, sizeof file.token, "%s", token);
	ck_assert_msg(token_file_write(&file, &why) == ST_OK, "%s", why.text);
}

static void write_text(const char *text)
{
	write_token("x", 1);
	FILE *to = fopen(path, "w");
	ck_assert_ptr_nonnull(to);
	ck_assert_int_ge(fputs(text, to), 0);
	ck_assert_int_eq(fclose(to), 0);
}

static enum status read_file(struct token_file *out, struct fail *why)
{
	*out = (struct token_file){ .token = "untouched" };
	*why = (struct fail){ 0 };
	return token_file_read(out, why);
}

START_TEST(a_token_is_read_as_it_was_written)
{
	struct token_file file;
	struct fail why;
	umask(0);
	write_token("st_1", 7);
	write_token("st_2", 8);
	ck_assert_int_eq(read_file(&file, &why), ST_OK);
	ck_assert_str_eq(file.token, "st_2");
	ck_assert_int_eq(file.id, 8);
	ck_assert_int_eq(mode_of(path), 0600);
}
END_TEST

START_TEST(the_longest_token_is_kept)
{
	char token[TOKEN_TEXT_SIZE];
	struct token_file file;
	struct fail why;
	memset(token, 'x', sizeof token);
	token[sizeof token - 1] = '\0';
	write_token(token, 999999999999999999);
	ck_assert_int_eq(read_file(&file, &why), ST_OK);
	ck_assert_str_eq(file.token, token);
	ck_assert_int_eq(file.id, 999999999999999999);
}
END_TEST

START_TEST(the_directory_is_for_its_owner)
{
	char directory[PATH_MAX];
	(void)snprintf(directory, sizeof directory, "%s/study", home);
	umask(0);
	ck_assert_int_eq(mkdir(directory, 0777), 0);
	write_token("st_1", 7);
	ck_assert_int_eq(mode_of(directory), 0700);
}
END_TEST

START_TEST(without_a_file_nobody_is_logged_in)
{
	struct token_file file;
	struct fail why;
	ck_assert_int_eq(read_file(&file, &why), ST_NOT_FOUND);
	ck_assert_str_eq(file.token, "untouched");
	ck_assert_int_eq(token_file_remove(&why), ST_OK);
	write_token("st_1", 7);
	ck_assert_int_eq(token_file_remove(&why), ST_OK);
	ck_assert_int_eq(read_file(&file, &why), ST_NOT_FOUND);
}
END_TEST

START_TEST(the_home_decides_without_the_variable)
{
	char expected[PATH_MAX], found[PATH_MAX];
	struct fail why = { 0 };
	(void)setenv("XDG_CONFIG_HOME", _i ? "relative" : "", 1);
	(void)setenv("HOME", home, 1);
	(void)snprintf(expected, sizeof expected, "%s/.config/study/token", home);
	ck_assert_int_eq(token_file_path(found, &why), ST_OK);
	ck_assert_str_eq(found, expected);
	(void)unsetenv("HOME");
	ck_assert_int_eq(token_file_path(found, &why), ST_BAD_SETTING);
	ck_assert_ptr_nonnull(strstr(why.text, "HOME"));
}
END_TEST

static const mode_t modes[] = { 0640, 0604, 0660, 0666, 0644 };

START_TEST(a_file_that_others_can_read_is_refused)
{
	struct token_file file;
	struct fail why;
	write_token("st_1", 7);
	ck_assert_int_eq(chmod(path, modes[_i]), 0);
	ck_assert_int_eq(read_file(&file, &why), ST_BAD_SETTING);
	ck_assert_ptr_nonnull(strstr(why.text, "its mode must be 0600"));
	ck_assert_ptr_nonnull(strstr(why.text, path));
	ck_assert_str_eq(file.token, "untouched");
}
END_TEST

static const struct {
	const char *text, *token; /* NULL: it is refused */
	int64_t id;
} texts[] = {
	{ "token st_1\nid 7\n", "st_1", 7 },
	{ "token st_1\n", "st_1", 0 },
	{ "id 7\ntoken st_1", "st_1", 7 },
	{ "token st_1\r\nid 7\r\n", "st_1", 7 },
	{ "", NULL, 0 },
	{ "st_1\n", NULL, 0 },
	{ "token \n", NULL, 0 },
	{ "xtoken st_1\n", NULL, 0 },
	{ "token st_1\nid x\n", NULL, 0 },
	{ "token st_1\nid -1\n", NULL, 0 },
};

START_TEST(a_file_of_another_form_is_refused)
{
	struct token_file file;
	struct fail why;
	write_text(texts[_i].text);
	enum status st = read_file(&file, &why);
	ck_assert_int_eq(st, texts[_i].token ? ST_OK : ST_BAD_SETTING);
	ck_assert_str_eq(file.token, texts[_i].token ? texts[_i].token : "untouched");
	ck_assert_int_eq(file.id, texts[_i].id);
	ck_assert(st == ST_OK || strstr(why.text, "study login"));
}
END_TEST

START_TEST(a_failed_write_leaves_the_former_token)
{
	struct token_file file = { .token = "st_2", .id = 8 };
	struct fail why = { 0 };
	char occupied[PATH_MAX + 8];
	write_token("st_1", 7);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	(void)snprintf(occupied, sizeof occupied, "%s/x", path);
	ck_assert_int_eq(mkdir(occupied, 0700), 0);
	ck_assert_int_eq(token_file_write(&file, &why), ST_BAD_SETTING);
	ck_assert_ptr_nonnull(strstr(why.text, path));
	ck_assert_int_eq(rmdir(occupied), 0);
	ck_assert_int_eq(rmdir(path), 0);
}
END_TEST

START_TEST(the_variable_wins_over_the_file)
{
	struct credential c = { 0 };
	struct fail why = { 0 };
	write_token("st_1", 7);
	(void)setenv("STUDYTRACKER_TOKEN", "st_9", 1);
	ck_assert(credential_find(&c, &why));
	ck_assert_int_eq(c.source, CREDENTIAL_VARIABLE);
	ck_assert_str_eq(c.stored.token, "st_9");
	ck_assert_ptr_nonnull(strstr(credential_hint(&c, "TOKEN_REVOKED"), "STUDYTRACKER_TOKEN"));
	c = (struct credential){ 0 };
	(void)setenv("STUDYTRACKER_TOKEN", "", 1);
	ck_assert(credential_find(&c, &why));
	ck_assert_int_eq(c.source, CREDENTIAL_FILE);
	ck_assert_str_eq(c.stored.token, "st_1");
	ck_assert_ptr_nonnull(strstr(credential_hint(&c, "UNAUTHENTICATED"), "`study login`"));
	ck_assert_str_eq(credential_hint(&c, "INVALID_CREDENTIALS"), "");
	credential_drop(&c);
	ck_assert_int_eq(c.source, CREDENTIAL_NONE);
	ck_assert_str_eq(c.stored.token, "");
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("token file");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_token_is_read_as_it_was_written);
	tcase_add_test(tests, the_longest_token_is_kept);
	tcase_add_test(tests, the_directory_is_for_its_owner);
	tcase_add_test(tests, without_a_file_nobody_is_logged_in);
	tcase_add_loop_test(tests, the_home_decides_without_the_variable, 0, 2);
	tcase_add_loop_test(tests, a_file_that_others_can_read_is_refused, 0,
		(int)(sizeof modes / sizeof *modes));
	tcase_add_loop_test(
		tests, a_file_of_another_form_is_refused, 0, (int)(sizeof texts / sizeof *texts));
	tcase_add_test(tests, a_failed_write_leaves_the_former_token);
	tcase_add_test(tests, the_variable_wins_over_the_file);
	return suite_run("token file", tests);
}
