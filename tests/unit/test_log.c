#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log_record.h"
#include "tests/unit/suite.h"

static int from_log;

/* Makes stderr a pipe; each test runs in its own process. */
static void catch_stderr(void)
{
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
	close(ends[1]);
	from_log = ends[0];
	unsetenv("JOURNAL_STREAM");
}

/* The logged text. Closes the write end, so that the read ends. */
static const char *logged(void)
{
	static char text[8192];
	size_t len = 0;
	ssize_t got;
	close(STDERR_FILENO);
	while ((got = read(from_log, text + len, sizeof text - 1 - len)) > 0)
		len += (size_t)got;
	text[len] = '\0';
	return text;
}

static void open_level(const char *level)
{
	ck_assert(log_open(level, NULL) == ST_OK);
}

static const struct {
	const char *level, *lines;
} levels[] = {
	{ "error", "error e\n" },
	{ "warn", "error e\nwarn w\n" },
	{ "info", "error e\nwarn w\ninfo i 1\n" },
	{ "debug", "error e\nwarn w\ninfo i 1\ndebug d\n" },
};

START_TEST(a_level_shows_itself_and_worse_levels)
{
	open_level(levels[_i].level);
	log_error("e");
	log_warn("w");
	log_info("i %d", 1);
	log_debug("d");
	ck_assert_str_eq(logged(), levels[_i].lines);
}
END_TEST

START_TEST(an_unknown_level_is_refused_and_changes_nothing)
{
	struct fail why = { 0 };
	open_level("error");
	ck_assert(log_open("loud", &why) == ST_BAD_SETTING);
	ck_assert_ptr_nonnull(strstr(why.text, "loud"));
	ck_assert(!log_is_on(LOG_WARN));
}
END_TEST

START_TEST(control_bytes_cannot_forge_a_line)
{
	open_level("info");
	log_info("name \"%s\"", "a\nerror forged\x1b[31m\x7f");
	ck_assert_str_eq(logged(), "info name \"a?error forged?[31m?\"\n");
}
END_TEST

START_TEST(a_line_that_is_too_long_is_truncated)
{
	char text[4000];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	open_level("info");
	log_info("%s", text);
	const char *line = logged();
	size_t len = strlen(line);
	ck_assert_uint_lt(len, 2100);
	ck_assert_str_eq(line + len - 5, "x...\n");
}
END_TEST

START_TEST(the_journal_gets_an_entry_or_a_prefix)
{
	struct stat at;
	char stream[64];
	ck_assert_int_eq(fstat(STDERR_FILENO, &at), 0);
	(void)snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)at.st_dev,
		(unsigned long long)at.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	open_level("info");
	log_warn("w");
	const char *text = logged(); /* nothing if a journal runs here: the entry is in it */
	ck_assert(!*text || strcmp(text, "<4>w\n") == 0);
}
END_TEST

START_TEST(the_journal_of_another_stream_is_ignored)
{
	setenv("JOURNAL_STREAM", "1:2", 1);
	open_level("info");
	log_warn("w");
	ck_assert_str_eq(logged(), "warn w\n");
}
END_TEST

static struct log_record record_of(
	const char *message, void (*form)(struct log_record *to, const struct log_line *line))
{
	static const struct log_fields fields = { .event = LOG_EVENT_REQUEST,
		.request_id = SPAN_INIT("r-1"),
		.method = SPAN_INIT("GET"),
		.path = SPAN_INIT("/a\nCODE=0"),
		.code = "200",
		.duration_us = 7 };
	struct log_line line = { LOG_WARN, &fields, span_of(message) };
	struct log_record record;
	record.len = 0;
	form(&record, &line);
	record.bytes[record.len] = '\0';
	return record;
}

START_TEST(an_entry_of_the_journal_has_fields_that_no_text_can_forge)
{
	struct log_record r = record_of("slow", log_record_journal);
	ck_assert_ptr_nonnull(strstr(r.bytes, "PRIORITY=4\n"));
	ck_assert_ptr_nonnull(
		strstr(r.bytes, "SYSLOG_IDENTIFIER=test_log\nMESSAGE=slow\nMESSAGE_ID="));
	ck_assert_ptr_nonnull(strstr(r.bytes,
		"\nREQUEST_ID=r-1\nMETHOD=GET\nREQUEST_PATH=/a?CODE=0\nCODE=200\nDURATION_US=7\n"));
}
END_TEST

START_TEST(a_request_has_its_duration_even_if_it_is_0)
{
	static const struct log_fields request = { .event = LOG_EVENT_REQUEST },
				       start = { .event = LOG_EVENT_STARTED };
	struct log_record r = { 0 };
	log_record_journal(&r, &(struct log_line){ LOG_INFO, &request, SPAN("a") });
	ck_assert_ptr_nonnull(strstr(r.bytes, "\nDURATION_US=0\n"));
	r = (struct log_record){ 0 };
	log_record_json(&r, &(struct log_line){ LOG_INFO, &request, SPAN("a") });
	ck_assert_ptr_nonnull(strstr(r.bytes, ",\"duration_us\":0}"));
	r = (struct log_record){ 0 };
	log_record_journal(&r, &(struct log_line){ LOG_INFO, &start, SPAN("a") });
	ck_assert_ptr_null(strstr(r.bytes, "DURATION_US"));
}
END_TEST

START_TEST(a_json_line_is_one_object)
{
	struct log_record r = record_of("a \"b\" \\ \xc3\xa4", log_record_json);
	ck_assert(strncmp(r.bytes, "{\"time\":\"20", 11) == 0);
	ck_assert_ptr_nonnull(strstr(r.bytes,
		",\"level\":\"warn\",\"message\":\"a \\\"b\\\" \\\\ "
		"\xc3\xa4\",\"event\":\"request\","
		"\"request_id\":\"r-1\",\"method\":\"GET\",\"path\":\"/a?CODE=0\",\"code\":\"200\","
		"\"duration_us\":7}\n"));
	r = record_of("\xff", log_record_json); /* no UTF-8 */
	ck_assert_ptr_nonnull(strstr(r.bytes, "\"message\":\"?\""));
}
END_TEST

START_TEST(an_unknown_form_is_refused_and_changes_nothing)
{
	struct fail why = { 0 };
	ck_assert(log_set_format("text", &why) == ST_OK);
	ck_assert(log_set_format("xml", &why) == ST_BAD_SETTING);
	ck_assert_ptr_nonnull(strstr(why.text, "xml"));
	open_level("info");
	log_warn("w");
	ck_assert_str_eq(logged(), "warn w\n");
}
END_TEST

START_TEST(a_log_that_nobody_reads_stops_nothing)
{
	enum { LINES = 2000, PIPE_SIZE = 16384 };
	char read_now[PIPE_SIZE], expected[128];
	open_level("info");
	ck_assert_int_eq(fcntl(STDERR_FILENO, F_SETPIPE_SZ, PIPE_SIZE), PIPE_SIZE);
	for (int i = 0; i < LINES; i++)
		log_info("%0100d", i);
	ssize_t len = read(from_log, read_now, sizeof read_now);
	ck_assert_int_gt(len, 0);
	ck_assert_int_eq(read_now[len - 1], '\n');
	int written = 0;
	for (ssize_t i = 0; i < len; i++)
		written += read_now[i] == '\n';
	log_info("again");
	(void)snprintf(expected, sizeof expected,
		"warn %d lines of the log lost: nobody read it\ninfo again\n", LINES - written);
	ck_assert_str_eq(logged(), expected);
}
END_TEST

/* It is writable as soon as one byte fits. */
START_TEST(a_terminal_that_nobody_reads_stops_nothing)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY);
	ck_assert_int_ge(terminal, 0);
	ck_assert(grantpt(terminal) == 0 && unlockpt(terminal) == 0);
	int end = open(ptsname(terminal), O_RDWR | O_NOCTTY);
	ck_assert_int_ge(dup2(end, STDERR_FILENO), 0);
	open_level("info");
	for (int i = 0; i < 2000; i++)
		log_info("%0100d", i);
	ck_assert_int_eq(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0);
	close(end);
	close(terminal);
}
END_TEST

/* One that is longer than PIPE_BUF is written in pieces. */
START_TEST(a_line_that_was_cut_ends_before_the_next)
{
	enum { PIPE_SIZE = 8192 };
	char text[1900], cut[PIPE_SIZE];
	struct log_fields fields = { .path = { text, sizeof text - 1 } };
	memset(text, '"', sizeof text - 1); /* two bytes each in JSON */
	text[sizeof text - 1] = '\0';
	open_level("info");
	ck_assert(log_set_format("json", NULL) == ST_OK);
	ck_assert_int_eq(fcntl(STDERR_FILENO, F_SETPIPE_SZ, PIPE_SIZE), PIPE_SIZE);
	log_info("first");
	log_with(LOG_INFO, &fields, "%s", text);
	ssize_t len = read(from_log, cut, sizeof cut);
	ck_assert_int_gt(len, PIPE_BUF);
	ck_assert_int_ne(cut[len - 1], '\n');
	log_info("last");
	const char *rest = logged();
	ck_assert_ptr_eq(strstr(rest, "\n{\"time\":"), rest);
	ck_assert_ptr_nonnull(strstr(rest, "\"1 lines of the log lost"));
	ck_assert_ptr_nonnull(strstr(rest, "\"last\"}\n"));
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("log");
	tcase_add_checked_fixture(tests, catch_stderr, NULL);
	tcase_add_loop_test(
		tests, a_level_shows_itself_and_worse_levels, 0, sizeof levels / sizeof *levels);
	tcase_add_test(tests, an_unknown_level_is_refused_and_changes_nothing);
	tcase_add_test(tests, control_bytes_cannot_forge_a_line);
	tcase_add_test(tests, a_line_that_is_too_long_is_truncated);
	tcase_add_test(tests, the_journal_gets_an_entry_or_a_prefix);
	tcase_add_test(tests, the_journal_of_another_stream_is_ignored);
	tcase_add_test(tests, an_entry_of_the_journal_has_fields_that_no_text_can_forge);
	tcase_add_test(tests, a_request_has_its_duration_even_if_it_is_0);
	tcase_add_test(tests, a_json_line_is_one_object);
	tcase_add_test(tests, an_unknown_form_is_refused_and_changes_nothing);
	tcase_add_test(tests, a_log_that_nobody_reads_stops_nothing);
	tcase_add_test(tests, a_terminal_that_nobody_reads_stops_nothing);
	tcase_add_test(tests, a_line_that_was_cut_ends_before_the_next);
	return suite_run("log", tests);
}
