/* study export: writes all rows of a kind to a file, a page at a time. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "client/study/command.h"
#include "client/study/csv.h"
#include "client/study/entity.h"
#include "client/study/export_file.h"
#include "client/study/export_format.h"
#include "client/study/pages.h"
#include "client/study/progress.h"
#include "client/study/service.h"

static int run(struct study *study, const struct arguments *args);

enum { KIND, FORMAT, TAG, FROM, TO, SPREADSHEET };

static const struct option options[] = {
	[KIND] = { "kind", OPTION_CHOICE, "KIND",
		"what to export: sessions (default), topics, tasks, …", .choices = entity_names },
	[FORMAT] = { "format", OPTION_CHOICE, "FORMAT",
		"csv, json or ndjson (default: the extension of FILE, else csv)",
		.choices = export_formats },
	[TAG] = { "tag", OPTION_TEXT, "TAG", "rows of this topic or tag", .param = "tag" },
	[FROM] = { "from", OPTION_DATE, "DAY", "first day", .param = "from" },
	[TO] = { "to", OPTION_DATE, "DAY", "the day after the last day", .param = "to" },
	[SPREADSHEET] = { "spreadsheet", OPTION_FLAG, NULL,
		"CSV for spreadsheet programs, without formulas; study import refuses it" },
	{ 0 },
};

const struct command command_export = { "export", "[FILE]", "Export rows to a file",
	"Without FILE, or if it is -, writes to standard output. FILE is replaced when the export\n"
	"is complete. study import makes the same sessions from it again, except with\n"
	"--spreadsheet. With --json, standard output gets JSON if no format is given.\n",
	options, 0, 1, run };

enum { COLUMNS_MAX = 32 };

struct export
{
	struct study *study;
	const struct entity *entity;
	const struct option_value *given;
	enum export_format format;
	struct export_columns columns;
	const char *names[COLUMNS_MAX], *titles[COLUMNS_MAX]; /* of `columns` */
	struct export_file file;
	struct buf text;
	struct progress progress;
	uint64_t total; /* 0: unknown */
	int64_t rows;
	int64_t parent; /* of an entity with a parent: whose rows are read */
	bool is_begun;
};

/* Kinds. */

/* The columns that study import reads: everything except what the service itself assigns, the ids
 * of topics and the time of the last change. The titles differ from those of study import, so that
 * it does not import changed cells. */
static const char *const session_names[] = { "id", "study_date", "minutes", "tag", "notes",
	"created_at" };
static const char *const session_titles[] = { "Session", "Day", "Minutes", "Topic", "Notes",
	CSV_SPREADSHEET_COLUMN };

enum { SESSION_COLUMNS = sizeof session_names / sizeof *session_names };

static bool is_of_sessions(const struct export *ex)
{
	return strcmp(ex->entity->name, "sessions") == 0;
}

static void set_columns(struct export *ex)
{
	int count = 0;
	for (const struct entity_field *f = ex->entity->fields; f->name && count < COLUMNS_MAX; f++)
		if (f->is_stored) {
			ex->names[count] = f->name;
			ex->titles[count++] = f->title;
		}
	ex->columns = (struct export_columns){ ex->names, ex->titles, count };
	if (is_of_sessions(ex))
		ex->columns =
			(struct export_columns){ session_names, session_titles, SESSION_COLUMNS };
}

/* Without --format, the end of FILE decides. */
static enum export_format format_of(
	const struct study *study, const struct option_value *given, const char *path)
{
	const char *end = path ? strrchr(path, '.') : NULL;
	if (given[SPREADSHEET].is_given)
		return EXPORT_SPREADSHEET;
	if (given[FORMAT].is_given)
		return (enum export_format)given[FORMAT].number;
	for (int i = 0; end && export_formats[i]; i++)
		if (strcasecmp(end + 1, export_formats[i]) == 0)
			return (enum export_format)i;
	return study->is_json && export_file_is_stdout(path) ? EXPORT_JSON : EXPORT_CSV;
}

/* Whether the words and options fit each other; prints an error. */
static bool is_usable(const struct export *ex, const char *path)
{
	static const int filters[] = { TAG, FROM, TO };
	const struct option_value *given = ex->given;
	if (path && !given[KIND].is_given && entity_named(path)) {
		study_print_error(ex->study,
			"%s is a kind: write --kind %s, or ./%s for a file of that name", path,
			path, path);
		return false;
	}
	if (given[SPREADSHEET].is_given && given[FORMAT].is_given
		&& given[FORMAT].number != EXPORT_CSV) {
		study_print_error(ex->study, "--spreadsheet is for CSV");
		return false;
	}
	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
		const char *name = options[filters[i]].name;
		if (!given[filters[i]].is_given || is_of_sessions(ex)
			|| options_find(ex->entity->filters, name) >= 0)
			continue;
		study_print_error(
			ex->study, "--%s can't be used with --kind %s", name, ex->entity->name);
		return false;
	}
	return true;
}

/* Pages. */

static void fill(struct study_params *params, const void *arg)
{
	const struct export *ex = arg;
	for (int i = TAG; i <= TO; i++)
		if (ex->given[i].is_given)
			study_params_text(params, options[i].param, ex->given[i].text);
	for (const struct option *o = ex->entity->parents; o->name; o++)
		study_params_int(params, o->param, ex->parent);
	if (!is_of_sessions(ex)) /* by id, whatever the default of lists is */
		study_params_text(params, "sort", "created_at");
}

static void fill_parents(struct study_params *params, const void *arg)
{
	(void)arg;
	study_params_text(params, "sort", "created_at");
}

/* A terminal gets no control bytes. */
static void print_text(struct export *ex)
{
	const struct terminal *out = &ex->study->out;
	char *rest = NULL;
	buf_byte(&ex->text, '\0');
	if (ex->text.failed)
		return;
	if (export_is_json(ex->format)) {
		terminal_json(out, ex->text.bytes);
		return;
	}
	for (char *line = strtok_r(ex->text.bytes, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest)) {
		line[strcspn(line, "\r")] = '\0';
		terminal_text(out, line);
		fputc('\n', out->to);
	}
}

static bool goes_to_terminal(const struct export *ex)
{
	return ex->file.to == stdout && ex->study->out.is_terminal;
}

static bool flush_text(struct export *ex)
{
	if (ex->text.failed || ex->text.len == 0)
		return !ex->text.failed;
	if (goes_to_terminal(ex))
		print_text(ex);
	else
		fwrite(ex->text.bytes, 1, ex->text.len, ex->file.to);
	bool is_whole = !ex->text.failed && !ferror(ex->file.to);
	buf_clear(&ex->text);
	return is_whole;
}

static void begin(struct export *ex)
{
	if (!ex->is_begun)
		export_begin(ex->format, &ex->columns, &ex->text);
	ex->is_begun = true;
}

static bool write_page(struct export *ex, const struct pages *pages)
{
	begin(ex);
	for (size_t i = 0; i < study_value_count(pages->data); i++)
		export_row(ex->format, &ex->columns, study_value_at(pages->data, i),
			ex->rows++ == 0, &ex->text);
	struct progress_now now = { (uint64_t)ex->rows, ex->total, (uint64_t)ex->rows };
	if (!goes_to_terminal(ex)) /* rows on the terminal show it */
		progress_show(&ex->progress, &now);
	return flush_text(ex);
}

static int report_failure(struct export *ex)
{
	const char *why = ex->text.failed ? "out of memory" : strerror(errno);
	progress_clear(&ex->progress);
	study_print_error(
		ex->study, "%s: %s", ex->file.path ? ex->file.path : "standard output", why);
	return STUDY_EXIT_USAGE;
}

static int write_list(struct export *ex)
{
	char method[64];
	struct pages pages = { .study = ex->study,
		.method = method,
		.fill = fill,
		.arg = ex,
		.page_max = is_of_sessions(ex) ? 0 : ENTITY_PAGE_MAX };
	bool is_written = true;
	(void)snprintf(method, sizeof method, "%s.list", ex->entity->name);
	while (is_written && pages_next(&pages))
		is_written = write_page(ex, &pages);
	int exit = pages.exit;
	pages_fini(&pages);
	return is_written ? exit : report_failure(ex);
}

/* The rows of each row of the parent: a list has only those of one. */
static int write_children(struct export *ex)
{
	char method[64];
	struct pages parents = { .study = ex->study,
		.method = method,
		.fill = fill_parents,
		.page_max = ENTITY_PAGE_MAX };
	int exit = STUDY_EXIT_DONE;
	(void)snprintf(method, sizeof method, "%s.list", ex->entity->parent);
	while (exit == STUDY_EXIT_DONE && pages_next(&parents))
		for (size_t i = 0; exit == STUDY_EXIT_DONE && i < study_value_count(parents.data);
			i++) {
			const struct study_value *row = study_value_at(parents.data, i);
			ex->parent = study_value_int(study_value_get(row, "id"), 0);
			exit = write_list(ex);
		}
	exit = exit == STUDY_EXIT_DONE ? parents.exit : exit;
	pages_fini(&parents);
	return exit;
}

static int write_all(struct export *ex, const char *path)
{
	if (!export_file_open(&ex->file, path))
		return report_failure(ex);
	progress_start(&ex->progress, &ex->study->err, 0);
	int exit = ex->entity->parent ? write_children(ex) : write_list(ex);
	if (exit != STUDY_EXIT_DONE)
		return exit;
	begin(ex);
	export_end(ex->format, &ex->text);
	bool is_written = flush_text(ex);
	return is_written && export_file_close(&ex->file) ? exit : report_failure(ex);
}

/* The total number of sessions; 0: unknown. */
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
		&& service_try(study, "stats.summary", params, &summary) == STUDY_OK)
		total = (uint64_t)study_value_int(study_value_get(summary, "sessions"), 0);
	study_value_free(&summary);
	study_params_free(&params);
	return total;
}

/* Not on standard output if the export goes there. */
static void print_summary(const struct export *ex)
{
	FILE *to = ex->study->out.to;
	long long rows = (long long)ex->rows;
	if (ex->study->is_json) {
		fprintf(to, "{\"rows\":%lld}\n", rows);
		return;
	}
	fprintf(to, "%lld %s in ", rows, rows == 1 ? ex->entity->label : ex->entity->plural);
	terminal_text(&ex->study->out, ex->file.path);
	fputc('\n', to);
}

static int run(struct study *study, const struct arguments *args)
{
	const char *path = args->words[0];
	const struct option_value *given = args->own;
	struct export ex = { .study = study, .given = given };
	ex.entity = entity_named(given[KIND].is_given ? given[KIND].text : "sessions");
	ex.format = format_of(study, given, path);
	set_columns(&ex);
	if (!is_usable(&ex, path))
		return STUDY_EXIT_USAGE;
	int exit = service_open(study);
	if (exit != STUDY_EXIT_DONE)
		return exit;
	ex.progress.terminal = &study->err;
	if (study->err.is_terminal && is_of_sessions(&ex))
		ex.total = count(study, given);
	exit = write_all(&ex, path);
	progress_clear(&ex.progress);
	if (exit == STUDY_EXIT_DONE && !export_file_is_stdout(path))
		print_summary(&ex);
	if (exit != STUDY_EXIT_DONE)
		export_file_drop(&ex.file);
	buf_fini(&ex.text);
	return exit;
}
