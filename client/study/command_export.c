/* study export: writes all sessions to a file, a page at a time. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/study/command.h"
#include "client/study/csv.h"
#include "client/study/pages.h"
#include "client/study/progress.h"
#include "client/study/service.h"

static int run(struct study *study, const struct arguments *args);

enum { FORMAT, TAG, FROM, TO, SPREADSHEET };

enum { CSV, JSON, NDJSON };

static const char *const formats[] = { [CSV] = "csv", [JSON] = "json", [NDJSON] = "ndjson", NULL };

static const struct option options[] = {
	[FORMAT] = { "format", OPTION_CHOICE, "FORMAT",
		"csv, json or ndjson (default: the extension of FILE, else csv)",
		.choices = formats },
	[TAG] = { "tag", OPTION_TEXT, "TOPIC", "sessions of this topic", .param = "tag" },
	[FROM] = { "from", OPTION_DATE, "DAY", "first day, YYYY-MM-DD", .param = "from" },
	[TO] = { "to", OPTION_DATE, "DAY", "the day after the last day", .param = "to" },
	[SPREADSHEET] = { "spreadsheet", OPTION_FLAG, NULL,
		"CSV for spreadsheet programs, without formulas; study import refuses it" },
	{ 0 },
};

const struct command command_export = { "export", "[FILE]", "Export sessions to a file",
	"Without FILE, or if it is -, writes to standard output. FILE is replaced when the export\n"
	"is complete. study import makes the same sessions from it again, except with\n"
	"--spreadsheet. With --json, standard output gets JSON if no format is given.\n",
	options, 0, 1, run };

static void fill(struct study_params *params, const void *arg)
{
	options_to_params(options, arg, params);
}

/* Formats: write rows to a buffer. */

/* The columns that study import reads: everything except what the service itself assigns, the ids
 * of topics and the time of the last change. */
static const char *const columns[] = { "id", "study_date", "minutes", "tag", "notes",
	"created_at" };

enum { COLUMN_COUNT = sizeof columns / sizeof *columns };

static void put_header(struct buf *out, const char *const *names)
{
	for (int i = 0; i < COLUMN_COUNT; i++)
		buf_printf(out, "%s%s", i > 0 ? "," : "", names[i]);
	buf_text(out, "\r\n");
}

static void csv_begin(struct buf *out)
{
	put_header(out, columns);
}

static void put_csv_row(struct buf *out, const struct study_value *session,
	void (*put_text)(struct buf *out, const char *text))
{
	for (int i = 0; i < COLUMN_COUNT; i++) {
		const struct study_value *value = study_value_get(session, columns[i]);
		buf_text(out, i > 0 ? "," : "");
		if (study_value_type(value) == STUDY_INT)
			buf_int(out, study_value_int(value, 0));
		else
			put_text(out, study_value_text(value, NULL));
	}
	buf_text(out, "\r\n");
}

static void csv_row(struct buf *out, const struct study_value *session, bool is_first)
{
	(void)is_first;
	put_csv_row(out, session, csv_put);
}

/* Spreadsheets need the byte order mark to detect UTF-8. The column names differ from those of
 * study import, so that it does not import changed cells. */
static void spreadsheet_begin(struct buf *out)
{
	static const char *const names[COLUMN_COUNT] = { "Session", "Day", "Minutes", "Topic",
		"Notes", CSV_SPREADSHEET_COLUMN };
	buf_text(out, "\xef\xbb\xbf");
	put_header(out, names);
}

static void spreadsheet_row(struct buf *out, const struct study_value *session, bool is_first)
{
	(void)is_first;
	put_csv_row(out, session, csv_put_cell);
}

static void put_json(struct buf *out, const struct study_value *value)
{
	char *json = NULL;
	if (study_value_to_json(value, &json) == STUDY_OK)
		buf_text(out, json);
	else
		out->failed = true;
	study_text_free(&json);
}

static void put_object(struct buf *out, const struct study_value *session)
{
	for (int i = 0; i < COLUMN_COUNT; i++) {
		buf_printf(out, "%s\"%s\":", i > 0 ? "," : "{", columns[i]);
		put_json(out, study_value_get(session, columns[i]));
	}
	buf_byte(out, '}');
}

static void json_begin(struct buf *out)
{
	buf_text(out, "[");
}

static void json_row(struct buf *out, const struct study_value *session, bool is_first)
{
	buf_text(out, is_first ? "\n" : ",\n");
	put_object(out, session);
}

static void json_end(struct buf *out)
{
	buf_text(out, "\n]\n");
}

static void ndjson_row(struct buf *out, const struct study_value *session, bool is_first)
{
	(void)is_first;
	put_object(out, session);
	buf_text(out, "\n");
}

static void nothing(struct buf *out)
{
	(void)out;
}

static const struct format {
	void (*begin)(struct buf *out);
	void (*row)(struct buf *out, const struct study_value *session, bool is_first);
	void (*end)(struct buf *out);
} format_table[] = {
	[CSV] = { csv_begin, csv_row, nothing },
	[JSON] = { json_begin, json_row, json_end },
	[NDJSON] = { nothing, ndjson_row, nothing },
};

static const struct format spreadsheet_format = { spreadsheet_begin, spreadsheet_row, nothing };

/* Without --format, the end of FILE decides. */
static const struct format *format_of(
	const struct study *study, const struct option_value *options_given, const char *path)
{
	const struct option_value *given = &options_given[FORMAT];
	bool is_file = path && strcmp(path, "-") != 0;
	const char *end = path ? strrchr(path, '.') : NULL;
	if (options_given[SPREADSHEET].is_given)
		return &spreadsheet_format;
	if (given->is_given)
		return &format_table[given->number];
	for (int i = 0; end && formats[i]; i++)
		if (strcasecmp(end + 1, formats[i]) == 0)
			return &format_table[i];
	return &format_table[study->is_json && !is_file ? JSON : CSV];
}

/* The file. It has a temporary name until it is complete. */

struct export
{
	struct study *study;
	const struct format *format;
	FILE *to;
	char temporary[PATH_MAX]; /* "" for standard output */
	struct buf text;
	struct progress progress;
	uint64_t total;
};

static bool open_temporary(struct export *ex, const char *path)
{
	int len = snprintf(ex->temporary, sizeof ex->temporary, "%s.XXXXXX", path);
	if (len < 0 || (size_t)len >= sizeof ex->temporary) {
		ex->temporary[0] = '\0';
		errno = ENAMETOOLONG;
		return false;
	}
	mode_t mask = umask(0);
	(void)umask(mask);
	int fd = mkstemp(ex->temporary);
	ex->to = fd >= 0 ? fdopen(fd, "w") : NULL;
	return ex->to && fchmod(fd, 0666 & ~mask) == 0;
}

static bool open_output(struct export *ex, const char *path)
{
	struct stat about;
	ex->to = stdout;
	if (!path || strcmp(path, "-") == 0)
		return true;
	if (stat(path, &about) == 0 && !S_ISREG(about.st_mode)) /* a device or a pipe */
		return (ex->to = fopen(path, "we")) != NULL;
	return open_temporary(ex, path);
}

static bool close_output(struct export *ex, const char *path)
{
	bool is_whole = fflush(ex->to) == 0 && !ferror(ex->to);
	if (ex->to == stdout)
		return is_whole;
	if (*ex->temporary)
		is_whole = is_whole && fsync(fileno(ex->to)) == 0;
	is_whole = fclose(ex->to) == 0 && is_whole;
	ex->to = NULL;
	if (*ex->temporary)
		is_whole = is_whole && rename(ex->temporary, path) == 0;
	return is_whole;
}

static void drop_output(struct export *ex)
{
	if (ex->to && ex->to != stdout)
		(void)fclose(ex->to);
	if (*ex->temporary)
		(void)unlink(ex->temporary);
}

/* A terminal gets no control bytes. */
static bool flush_text(struct export *ex)
{
	const struct terminal *out = &ex->study->out;
	if (ex->text.failed || ex->text.len == 0)
		return !ex->text.failed;
	if (ex->to != stdout || !out->is_terminal)
		fwrite(ex->text.bytes, 1, ex->text.len, ex->to);
	else if (ex->format->row != json_row && ex->format->row != ndjson_row) {
		char *rest = NULL;
		buf_byte(&ex->text, '\0');
		for (char *line = ex->text.failed ? NULL : strtok_r(ex->text.bytes, "\n", &rest);
			line; line = strtok_r(NULL, "\n", &rest)) {
			line[strcspn(line, "\r")] = '\0';
			terminal_text(out, line);
			fputc('\n', out->to);
		}
	} else {
		buf_byte(&ex->text, '\0');
		terminal_json(out, ex->text.failed ? "" : ex->text.bytes);
	}
	bool is_whole = !ex->text.failed && !ferror(ex->to);
	buf_clear(&ex->text);
	return is_whole;
}

/* The total number of rows; 0: unknown. */
static uint64_t count(struct study *study, const struct option_value *given)
{
	struct study_params *params = service_params(study);
	struct study_value *summary = NULL;
	uint64_t total = 0;
	if (!params)
		return 0;
	if (given[FROM].is_given)
		study_params_text(params, "from", given[FROM].text);
	if (given[TO].is_given)
		study_params_text(params, "to", given[TO].text);
	if (!given[TAG].is_given
		&& study_call(study->client, "stats.summary", params, &summary) == STUDY_OK)
		total = (uint64_t)study_value_int(study_value_get(summary, "sessions"), 0);
	study_value_free(&summary);
	study_params_free(&params);
	return total;
}

static bool write_page(struct export *ex, const struct pages *pages)
{
	size_t rows = study_value_count(pages->data);
	int64_t before = pages->row_count - (int64_t)rows;
	if (before == 0)
		ex->format->begin(&ex->text);
	for (size_t i = 0; i < rows; i++)
		ex->format->row(&ex->text, study_value_at(pages->data, i), before == 0 && i == 0);
	struct progress_now now = { (uint64_t)pages->row_count, ex->total,
		(uint64_t)pages->row_count };
	if (ex->to != stdout || !ex->study->out.is_terminal) /* rows on the terminal show it */
		progress_show(&ex->progress, &now);
	return flush_text(ex);
}

static int report_failure(struct export *ex, const char *path)
{
	const char *why = ex->text.failed ? "out of memory" : strerror(errno);
	progress_clear(&ex->progress);
	study_print_error(ex->study, "%s: %s", path ? path : "standard output", why);
	return STUDY_EXIT_USAGE;
}

static int write_all(struct export *ex, struct pages *pages, const char *path)
{
	if (!open_output(ex, path))
		return report_failure(ex, path);
	progress_start(&ex->progress, &ex->study->err, 0);
	bool is_written = true;
	while (is_written && pages_next(pages))
		is_written = write_page(ex, pages);
	if (pages->exit != STUDY_EXIT_DONE)
		return pages->exit;
	ex->format->end(&ex->text);
	is_written = is_written && flush_text(ex);
	if (!is_written || !close_output(ex, path))
		return report_failure(ex, path);
	return STUDY_EXIT_DONE;
}

/* Not on standard output if the export goes there. */
static void print_summary(const struct export *ex, int64_t rows, const char *path)
{
	if (ex->study->is_json) {
		fprintf(ex->study->out.to, "{\"rows\":%lld}\n", (long long)rows);
		return;
	}
	fprintf(ex->study->out.to, "%lld session%s in ", (long long)rows, rows == 1 ? "" : "s");
	terminal_text(&ex->study->out, path);
	fputc('\n', ex->study->out.to);
}

static int run(struct study *study, const struct arguments *args)
{
	const char *path = args->words[0];
	struct export ex = { .study = study, .format = format_of(study, args->own, path) };
	struct pages pages = {
		.study = study, .method = "sessions.list", .fill = fill, .arg = args->own
	};
	if (args->own[SPREADSHEET].is_given && args->own[FORMAT].is_given
		&& args->own[FORMAT].number != CSV) {
		study_print_error(study, "--spreadsheet is for CSV");
		return STUDY_EXIT_USAGE;
	}
	int exit = service_open(study);
	if (exit != STUDY_EXIT_DONE)
		return exit;
	ex.progress.terminal = &study->err;
	if (study->err.is_terminal)
		ex.total = count(study, args->own);
	exit = write_all(&ex, &pages, path);
	progress_clear(&ex.progress);
	if (exit == STUDY_EXIT_DONE && path && strcmp(path, "-") != 0)
		print_summary(&ex, pages.row_count, path);
	if (exit != STUDY_EXIT_DONE)
		drop_output(&ex);
	pages_fini(&pages);
	buf_fini(&ex.text);
	return exit;
}
