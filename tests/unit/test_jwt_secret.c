#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/crypto.h"
#include "common/log.h"
#include "gateway/jwt_secret.h"
#include "tests/unit/suite.h"

#define FIRST  "11111111112222222222333333333344"
#define SECOND "44444444445555555555666666666677"

static char directory[64], path[96];
static struct fail why;

static void open_all(void)
{
	ck_assert_int_eq(crypto_init(&why), ST_OK);
	ck_assert_int_eq(log_open("error", &why), ST_OK);
	(void)snprintf(directory, sizeof directory, "/tmp/st-secret-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	(void)snprintf(path, sizeof path, "%s/jwt-secret", directory);
}

static void close_all(void)
{
	unlink(path);
	rmdir(directory);
}

static void write_file(struct span text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text.bytes, text.len), (ssize_t)text.len);
	ck_assert_int_eq(fchmod(fd, mode), 0);
	ck_assert_int_eq(close(fd), 0);
}

static enum status open_secret(const struct jwt_secret_options *options, struct jwt_secret **out)
{
	why = (struct fail){ 0 };
	return jwt_secret_open(out, options, &why);
}

static bool knows(const struct jwt_secret *secret, const char *text)
{
	char other[JWT_KID_LEN + 1];
	struct jwt_secret *alone = NULL;
	struct jwt_secret_options options = { .secret = text };
	ck_assert_int_eq(open_secret(&options, &alone), ST_OK);
	memcpy(other, jwt_secret_current(alone)->kid, sizeof other);
	jwt_secret_free(&alone);
	const struct jwt_key *key = jwt_secret_find(secret, span_of(other));
	ck_assert(!key || strcmp(key->text, text) == 0);
	return key;
}

START_TEST(settings_replace_the_lines_of_the_file)
{
	static const struct {
		const char *secret, *previous, *current;
		bool knows_first, knows_second;
	} cases[] = {
		{ "", "", FIRST, true, true },
		{ FIRST "x", "", FIRST "x", false, false },
		{ FIRST "x", SECOND, FIRST "x", false, true },
		{ "", SECOND "y", FIRST, true, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct jwt_secret *secret = NULL;
		struct jwt_secret_options options = { cases[i].secret, cases[i].previous, path,
			false };
		write_file(SPAN(FIRST "\n" SECOND "\n"), 0600);
		ck_assert_int_eq(open_secret(&options, &secret), ST_OK);
		ck_assert_str_eq(jwt_secret_current(secret)->text, cases[i].current);
		ck_assert(knows(secret, FIRST) == cases[i].knows_first);
		ck_assert(knows(secret, SECOND) == cases[i].knows_second);
		jwt_secret_free(&secret);
	}
}
END_TEST

START_TEST(the_kid_is_the_hash_of_the_secret)
{
	struct jwt_secret *secret = NULL;
	struct jwt_secret_options options = { .secret = FIRST };
	ck_assert_int_eq(open_secret(&options, &secret), ST_OK);
	/* printf 'studytracker kid%s' "$FIRST" | sha256sum */
	ck_assert_str_eq(jwt_secret_current(secret)->kid, "9abdfefe9b209efb");
	jwt_secret_free(&secret);
}
END_TEST

static const struct {
	const char *secret, *previous, *text;
} settings[] = {
	{ "short", "", "JWT_SECRET_KEY must have 32 to 512 bytes" },
	{ "1111111111222222222233333333334", "", "JWT_SECRET_KEY must have 32 to 512 bytes" },
	{ FIRST, "short", "JWT_PREVIOUS_SECRET_KEY must have 32 to 512 bytes" },
	{ "dev-secret-key-change-in-production", "", "JWT_SECRET_KEY is widely known" },
	{ "a-string-secret-at-least-256-bits-long", "", "JWT_SECRET_KEY is widely known" },
	{ FIRST, "please change me in production!!!!", "JWT_PREVIOUS_SECRET_KEY is widely known" },
	{ FIRST "\n", "", "JWT_SECRET_KEY must have no control characters" },
	{ " " FIRST, "", "JWT_SECRET_KEY must have no control characters, and no blanks" },
	{ FIRST " ", "", "JWT_SECRET_KEY must have no control characters, and no blanks" },
};

START_TEST(a_weak_setting_is_refused)
{
	struct jwt_secret *secret = NULL;
	struct jwt_secret_options options = { settings[_i].secret, settings[_i].previous, path,
		true };
	struct fail checked = { 0 };
	ck_assert_int_eq(open_secret(&options, &secret), ST_BAD_SETTING);
	ck_assert_msg(strstr(why.text, settings[_i].text) == why.text, "%s", why.text);
	ck_assert_ptr_null(strstr(why.text, settings[_i].secret));
	ck_assert_ptr_null(secret);
	ck_assert_int_eq(jwt_secret_check(&options, &checked), ST_BAD_SETTING);
	ck_assert_str_eq(checked.text, why.text);
}
END_TEST

#define X128 FIRST FIRST FIRST FIRST

/* NULL: the file is good. */
static const struct {
	struct span text;
	mode_t mode;
	const char *error;
} files[] = {
	{ SPAN_INIT(FIRST), 0600, NULL },
	{ SPAN_INIT(FIRST "\n"), 0400, NULL },
	{ SPAN_INIT(FIRST "\n" SECOND), 0600, NULL },
	{ SPAN_INIT(X128 X128 X128 X128 "\n" X128 X128 X128 X128 "\n"), 0600, NULL },
	{ SPAN_INIT(FIRST), 0640, "others may read it" },
	{ SPAN_INIT(FIRST), 0604, "others may read it" },
	{ SPAN_INIT(FIRST), 0620, "others can write to it" },
	{ SPAN_INIT(""), 0600, "it is empty" },
	{ SPAN_INIT("\n"), 0600, "line 1 must have 32 to 512 bytes" },
	{ SPAN_INIT("\n" FIRST), 0600, "line 1 must have 32 to 512 bytes" },
	{ SPAN_INIT("short\n"), 0600, "line 1 must have 32 to 512 bytes" },
	{ SPAN_INIT(X128 X128 X128 X128 "x"), 0600, "line 1 must have 32 to 512 bytes" },
	{ SPAN_INIT("dev-secret-key-change-in-production"), 0600, "line 1 is widely known" },
	{ SPAN_INIT(FIRST "\n\n"), 0600, "line 2 must have 32 to 512 bytes" },
	{ SPAN_INIT(FIRST "\nshort\n"), 0600, "line 2 must have 32 to 512 bytes" },
	{ SPAN_INIT(FIRST "\n" SECOND "\n" FIRST), 0600, "line 3 must not exist" },
	{ SPAN_INIT(FIRST "\r\n"), 0600, "line 1 must have no control characters" },
	{ SPAN_INIT(FIRST "\0" FIRST), 0600, "it has a NUL byte" },
	{ SPAN_INIT(X128 X128 X128 X128 X128 X128 X128 X128 X128 X128 X128 X128 X128 X128 X128 X128
		  "x"),
		0600, "is too large" },
};

START_TEST(the_file_is_checked)
{
	struct jwt_secret *secret = NULL;
	struct jwt_secret_options options = { .file = path, .may_forget = true };
	write_file(files[_i].text, files[_i].mode);
	enum status st = open_secret(&options, &secret);
	ck_assert_msg(st == (files[_i].error ? ST_BAD_SETTING : ST_OK), "%s", why.text);
	if (files[_i].error)
		ck_assert_msg(strstr(why.text, path) && strstr(why.text, files[_i].error), "%s",
			why.text);
	ck_assert_ptr_null(strstr(why.text, FIRST));
	jwt_secret_free(&secret);
}
END_TEST

static int count_files(void)
{
	DIR *files_in = opendir(directory);
	int count = 0;
	ck_assert_ptr_nonnull(files_in);
	while (readdir(files_in))
		count++;
	closedir(files_in);
	return count - 2;
}

START_TEST(a_missing_file_is_made)
{
	struct jwt_secret *secret = NULL, *again = NULL;
	struct jwt_secret_options options = { .file = path };
	struct stat about;
	ck_assert_int_eq(open_secret(&options, &secret), ST_OK);
	ck_assert_uint_eq(strlen(jwt_secret_current(secret)->text), 64);
	ck_assert_int_eq(stat(path, &about), 0);
	ck_assert_int_eq(about.st_mode & 07777, 0600);
	ck_assert_int_eq(about.st_size, 65);
	ck_assert_int_eq(count_files(), 1);
	ck_assert_int_eq(open_secret(&options, &again), ST_OK);
	ck_assert_str_eq(jwt_secret_current(again)->text, jwt_secret_current(secret)->text);
	jwt_secret_free(&secret);
	jwt_secret_free(&again);
}
END_TEST

enum { AT_ONCE = 16 };

/* Opens the secret when the pipe is closed, and writes its id. */
static void open_in_child(int start, int result)
{
	char byte;
	struct jwt_secret *secret = NULL;
	struct jwt_secret_options options = { .file = path };
	(void)!read(start, &byte, 1);
	if (open_secret(&options, &secret) != ST_OK)
		_exit(1);
	(void)!write(result, jwt_secret_current(secret)->kid, JWT_KID_LEN);
	_exit(0);
}

START_TEST(gateways_that_start_at_once_have_one_secret)
{
	int start[2], result[2];
	char first[JWT_KID_LEN], kid[JWT_KID_LEN];
	ck_assert(pipe(start) == 0 && pipe(result) == 0);
	for (int i = 0; i < AT_ONCE; i++) {
		pid_t child = fork();
		ck_assert_int_ge(child, 0);
		if (child == 0) {
			close(start[1]);
			open_in_child(start[0], result[1]);
		}
	}
	close(start[1]);
	ck_assert_int_eq(read(result[0], first, sizeof first), JWT_KID_LEN);
	for (int i = 1; i < AT_ONCE; i++) {
		ck_assert_int_eq(read(result[0], kid, sizeof kid), JWT_KID_LEN);
		ck_assert_mem_eq(kid, first, sizeof kid);
	}
	for (int status, i = 0; i < AT_ONCE; i++)
		ck_assert(wait(&status) > 0 && status == 0);
	ck_assert_int_eq(count_files(), 1);
	close(start[0]);
	close(result[0]);
	close(result[1]);
}
END_TEST

START_TEST(a_place_that_cannot_be_written_is_named)
{
	struct jwt_secret *secret = NULL;
	struct jwt_secret_options options = { .file = "/nonexistent/jwt-secret",
		.may_forget = true };
	ck_assert_int_eq(open_secret(&options, &secret), ST_BAD_SETTING);
	ck_assert_str_eq(why.text,
		"/nonexistent/jwt-secret: it does not exist and cannot be made: No such file or "
		"directory: set JWT_SECRET_KEY or STUDYTRACKER_JWT_SECRET_FILE");
	ck_assert_ptr_null(secret);
}
END_TEST

/* Without accounts nothing may be needed. */
START_TEST(a_secret_of_the_process_replaces_a_default_file)
{
	struct jwt_secret *secret = NULL, *other = NULL;
	struct jwt_secret_options options = { .previous = FIRST, .may_forget = true };
	ck_assert_int_eq(setenv("STATE_DIRECTORY", "/nonexistent:/tmp", 1), 0);
	ck_assert_int_eq(open_secret(&options, &secret), ST_OK);
	ck_assert_uint_eq(strlen(jwt_secret_current(secret)->text), 64);
	ck_assert(knows(secret, FIRST));
	ck_assert_int_eq(open_secret(&options, &other), ST_OK);
	ck_assert_str_ne(jwt_secret_current(other)->kid, jwt_secret_current(secret)->kid);
	/* it stays the same when the gateway reads its files again */
	char kid[JWT_KID_LEN + 1];
	memcpy(kid, jwt_secret_current(secret)->kid, sizeof kid);
	ck_assert_int_eq(jwt_secret_reload(secret, &why), ST_OK);
	ck_assert_str_eq(jwt_secret_current(secret)->kid, kid);
	jwt_secret_free(&other);
	jwt_secret_free(&secret);
	/* with accounts it is an error */
	options.may_forget = false;
	ck_assert_int_eq(open_secret(&options, &secret), ST_BAD_SETTING);
	ck_assert_ptr_nonnull(strstr(why.text, "/nonexistent/jwt-secret"));
	/* and so is a wrong secret before it, in both modes */
	options = (struct jwt_secret_options){ .previous = "short", .may_forget = true };
	ck_assert_int_eq(open_secret(&options, &secret), ST_BAD_SETTING);
	ck_assert_ptr_nonnull(strstr(why.text, "JWT_PREVIOUS_SECRET_KEY must have"));
}
END_TEST

START_TEST(the_default_file_is_in_the_state_directory)
{
	struct jwt_secret *secret = NULL;
	struct jwt_secret_options options = { .may_forget = true };
	ck_assert_int_eq(setenv("STATE_DIRECTORY", directory, 1), 0);
	write_file(SPAN(FIRST), 0600);
	ck_assert_int_eq(open_secret(&options, &secret), ST_OK);
	ck_assert_str_eq(jwt_secret_current(secret)->text, FIRST);
	jwt_secret_free(&secret);
	/* a secret that others know is not replaced silently */
	write_file(SPAN(FIRST), 0644);
	ck_assert_int_eq(open_secret(&options, &secret), ST_BAD_SETTING);
}
END_TEST

START_TEST(the_file_is_read_again)
{
	struct jwt_secret *secret = NULL;
	struct jwt_secret_options options = { .file = path };
	write_file(SPAN(FIRST), 0600);
	ck_assert_int_eq(open_secret(&options, &secret), ST_OK);
	write_file(SPAN(SECOND "\n" FIRST), 0600);
	ck_assert_int_eq(jwt_secret_reload(secret, &why), ST_OK);
	ck_assert_str_eq(jwt_secret_current(secret)->text, SECOND);
	ck_assert(knows(secret, FIRST));
	write_file(SPAN("short"), 0600);
	ck_assert_int_eq(jwt_secret_reload(secret, &why), ST_BAD_SETTING);
	unlink(path);
	ck_assert_int_eq(jwt_secret_reload(secret, &why), ST_BAD_SETTING);
	ck_assert_int_eq(count_files(), 0);
	ck_assert_str_eq(jwt_secret_current(secret)->text, SECOND);
	ck_assert(knows(secret, FIRST));
	write_file(SPAN(SECOND), 0600);
	ck_assert_int_eq(jwt_secret_reload(secret, &why), ST_OK);
	ck_assert(!knows(secret, FIRST));
	jwt_secret_free(&secret);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
	TCase *tests = tcase_create("jwt_secret");
	tcase_add_checked_fixture(tests, open_all, close_all);
	tcase_add_test(tests, settings_replace_the_lines_of_the_file);
	tcase_add_test(tests, the_kid_is_the_hash_of_the_secret);
	tcase_add_loop_test(tests, a_weak_setting_is_refused, 0, COUNT(settings));
	tcase_add_loop_test(tests, the_file_is_checked, 0, COUNT(files));
	tcase_add_test(tests, a_missing_file_is_made);
	tcase_add_test(tests, gateways_that_start_at_once_have_one_secret);
	tcase_add_test(tests, a_place_that_cannot_be_written_is_named);
	tcase_add_test(tests, a_secret_of_the_process_replaces_a_default_file);
	tcase_add_test(tests, the_default_file_is_in_the_state_directory);
	tcase_add_test(tests, the_file_is_read_again);
	return suite_run("jwt_secret", tests);
}
