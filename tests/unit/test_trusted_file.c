#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/trusted_file.h"
#include "tests/unit/suite.h"

static char directory[64], path[96];
static struct fail why;

static void make_directory(void)
{
	(void)snprintf(directory, sizeof directory, "/tmp/st-trusted-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	(void)snprintf(path, sizeof path, "%s/file", directory);
}

static void remove_directory(void)
{
	unlink(path);
	rmdir(path);
	rmdir(directory);
}

static void write_file(size_t len, mode_t mode)
{
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	for (size_t i = 0; i < len; i++)
		(void)putc('x', file);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static enum status read_file(mode_t mode_max, size_t limit, size_t *len)
{
	struct buf text = { .limit = limit };
	enum status st = trusted_file_read(path, mode_max, &text, &why);
	*len = text.len;
	buf_fini(&text);
	return st;
}

static const struct {
	mode_t mode, mode_max;
	const char *error; /* NULL: the file is read */
} modes[] = {
	{ 0600, TRUSTED_SECRET, NULL },
	{ 0400, TRUSTED_SECRET, NULL },
	{ 0640, TRUSTED_SECRET, "others may read it: its mode must be 0600" },
	{ 0604, TRUSTED_SECRET, "others may read it: its mode must be 0600" },
	{ 0620, TRUSTED_SECRET, "others can write to it: its mode must be 0600" },
	{ 0644, TRUSTED_PUBLIC, NULL },
	{ 0600, TRUSTED_PUBLIC, NULL },
	{ 0664, TRUSTED_PUBLIC, "others can write to it: its mode must be at most 0644" },
	{ 0646, TRUSTED_PUBLIC, "others can write to it: its mode must be at most 0644" },
};

START_TEST(the_mode_decides)
{
	size_t len;
	write_file(3, modes[_i].mode);
	enum status st = read_file(modes[_i].mode_max, 100, &len);
	ck_assert_int_eq(st, modes[_i].error ? ST_BAD_SETTING : ST_OK);
	ck_assert_uint_eq(len, modes[_i].error ? 0 : 3);
	if (modes[_i].error) {
		ck_assert(strncmp(why.text, path, strlen(path)) == 0);
		ck_assert_ptr_nonnull(strstr(why.text, modes[_i].error));
	}
}
END_TEST

START_TEST(the_file_belongs_to_root_or_us)
{
	struct stat about = { .st_mode = S_IFREG | 0600, .st_uid = geteuid() };
	ck_assert_ptr_null(trusted_file_reason(&about, TRUSTED_SECRET));
	about.st_uid = 0;
	ck_assert_ptr_null(trusted_file_reason(&about, TRUSTED_SECRET));
	about.st_uid = geteuid() + 1;
	ck_assert_str_eq(trusted_file_reason(&about, TRUSTED_SECRET), "belongs to another user");
}
END_TEST

START_TEST(a_file_is_read_up_to_the_limit)
{
	static const struct {
		size_t len, limit;
		enum status st;
	} sizes[] = { { 0, 10, ST_OK }, { 10, 10, ST_OK }, { 11, 10, ST_BAD_SETTING },
		{ 10000, 10000, ST_OK }, { 10001, 10000, ST_BAD_SETTING } };
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		size_t len;
		write_file(sizes[i].len, 0600);
		ck_assert_int_eq(read_file(TRUSTED_SECRET, sizes[i].limit, &len), sizes[i].st);
		if (sizes[i].st == ST_OK)
			ck_assert_uint_eq(len, sizes[i].len);
		else
			ck_assert_ptr_nonnull(strstr(why.text, "is too large"));
	}
}
END_TEST

START_TEST(other_things_are_no_files)
{
	size_t len;
	ck_assert_int_eq(read_file(TRUSTED_SECRET, 10, &len), ST_NOT_FOUND);
	ck_assert_int_eq(mkfifo(path, 0600), 0); /* without a writer, which must not block us */
	ck_assert_int_eq(read_file(TRUSTED_SECRET, 10, &len), ST_BAD_SETTING);
	ck_assert_ptr_nonnull(strstr(why.text, "is not a file"));
	unlink(path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(read_file(TRUSTED_SECRET, 10, &len), ST_BAD_SETTING);
	(void)strcat(path, "/x/y");
	ck_assert_int_eq(read_file(TRUSTED_SECRET, 10, &len), ST_NOT_FOUND);
	*strstr(path, "/x/y") = '\0';
	rmdir(path);
	write_file(1, 0600);
	(void)strcat(path, "/x");
	ck_assert_int_eq(read_file(TRUSTED_SECRET, 10, &len), ST_SYSTEM);
	*strstr(path, "/x") = '\0';
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
	TCase *tests = tcase_create("trusted_file");
	tcase_add_checked_fixture(tests, make_directory, remove_directory);
	tcase_add_loop_test(tests, the_mode_decides, 0, COUNT(modes));
	tcase_add_test(tests, the_file_belongs_to_root_or_us);
	tcase_add_test(tests, a_file_is_read_up_to_the_limit);
	tcase_add_test(tests, other_things_are_no_files);
	return suite_run("trusted_file", tests);
}
