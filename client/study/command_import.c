/* study import: imports the sessions of a file. Importing again changes nothing. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/study/account.h"
#include "client/study/command.h"
#include "client/study/import_report.h"
#include "client/study/importer.h"
#include "client/study/journal.h"
#include "client/study/progress.h"
#include "client/study/rows.h"
#include "client/study/service.h"
#include "client/study/zone.h"
#include "common/uuid.h"

static int run(struct study *study, const struct arguments *args);

enum { FORMAT, NAMESPACE, TIME_ZONE, UPDATE, RESTORE, DRY_RUN, RESTART };

static const char *const formats[] = { "auto", "csv", "ndjson", "json", NULL };

static const enum rows_format format_table[] = { ROWS_ANY, ROWS_CSV, ROWS_JSON, ROWS_JSON };

static const struct option options[] = {
	[FORMAT] = { "format", OPTION_CHOICE, "FORMAT",
		"csv, ndjson or json; auto detects it (default)", .choices = formats },
	[NAMESPACE] = { "namespace", OPTION_UUID, "UUID", "namespace for ids that are not UUIDs" },
	[TIME_ZONE] = { "time-zone", OPTION_TEXT, "ZONE",
		"time zone of days and local times (default: the account's)" },
	[UPDATE] = { "update", OPTION_FLAG, NULL, "give existing sessions the values of the file" },
	[RESTORE] = { "restore", OPTION_FLAG, NULL, "restore deleted sessions" },
	[DRY_RUN] = { "dry-run", OPTION_FLAG, NULL, "check the lines, change nothing" },
	[RESTART] = { "restart", OPTION_FLAG, NULL,
		"start at the first line, even if some are done" },
	{ 0 },
};

const struct command command_import = { "import", "FILE", "Import sessions from a file",
	"FILE is a table with a header (id, timestamp or study_date, minutes, tag, notes; in any\n"
	"order; commas, semicolons or tabs between them), or has JSON objects (one per line, in\n"
	"an array, or printed over several lines), as study export writes them; - is standard\n"
	"input.\n"
	"The import keeps ids and timestamps, so importing twice does no harm. An interrupted\n"
	"import continues where it stopped. Each line that is not imported is reported.\n",
	options, 1, 1, run };

enum { GIVE_UP_MS = 30000, SAVE_MS = 500 };

struct import {
	struct study *study;
	struct source source;
	struct rows *rows;
	struct importer *importer;
	struct importer_options options;
	struct zone *zone;
	const char *name_space;
	struct journal journal;
	struct progress progress;
	struct import_report report;
	uint64_t size; /* of the file, 0: unknown */
	int64_t saved_ms;
	int stop_fd;
	sigset_t mask; /* before */
};

static void on_refused(void *arg, enum outcome outcome, const struct refusal *why)
{
	struct import *im = arg;
	import_report_line(&im->report, outcome, why);
}

static void on_progress(void *arg, const struct journal_state *done)
{
	struct import *im = arg;
	int64_t now_ms = progress_now_ms();
	struct progress_now now = { .done = done->offset,
		.total = im->size,
		.rows = import_report_rows(&im->report, done) };
	im->report.done = *done;
	progress_show(&im->progress, &now);
	if (im->options.is_dry_run || now_ms - im->saved_ms < SAVE_MS)
		return;
	(void)journal_save(&im->journal, done);
	im->saved_ms = now_ms;
}

/* Resuming. */

/* Resumes only if the last imported session still exists: otherwise it is another service. */
static bool is_still_there(struct import *im)
{
	struct study_params *params = service_params(im->study);
	struct study_value *session = NULL;
	if (!params)
		return false;
	study_params_text(params, "session_id", im->report.from.last_id);
	enum study_status st = service_try(im->study, "sessions.get", params, &session);
	study_value_free(&session);
	study_params_free(&params);
	return st == STUDY_OK;
}

static void resume(struct import *im, bool is_restart)
{
	bool is_known = !is_restart && journal_load(&im->journal, &im->report.from);
	if (is_known && is_still_there(im)
		&& source_seek(&im->source, im->report.from.offset, im->report.from.line)) {
		rows_resume(im->rows, im->report.from.mark);
		if (!im->study->is_json)
			fprintf(im->study->err.to,
				"Continuing at line %" PRIu64 ", where it was interrupted\n",
				im->report.from.line);
		im->report.done = im->report.from;
		return;
	}
	im->report.from = (struct journal_state){ 0 };
}

/* Signals arrive through a descriptor and are handled between two rows. */
static bool watch_signals(struct import *im)
{
	sigset_t stops;
	sigemptyset(&stops);
	sigaddset(&stops, SIGINT);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &stops, &im->mask);
	im->stop_fd = signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK);
	return im->stop_fd >= 0;
}

/* Ends the process by the signal, as without a handler. */
static void die_by_signal(struct import *im)
{
	struct signalfd_siginfo about;
	if (read(im->stop_fd, &about, sizeof about) != sizeof about)
		return;
	fflush(NULL);
	(void)sigprocmask(SIG_SETMASK, &im->mask, NULL);
	(void)raise((int)about.ssi_signo);
}

/* An import from a pipe starts again at the beginning: only a file has a journal. */
static void print_rest(const struct import *im)
{
	if (im->options.is_dry_run)
		study_print_error(im->study, "not all lines were checked");
	else if (im->source.is_file && im->report.done.line > 0)
		study_print_error(im->study,
			"not all lines were imported; the same command continues at line %" PRIu64,
			im->report.done.line);
	else
		study_print_error(im->study,
			"not all lines were imported; run the same command again for the rest");
}

static int finish(struct import *im, bool is_read, const struct study_error *why)
{
	int reason = errno;
	bool is_whole = is_read && !im->report.is_interrupted && why->status == STUDY_OK;
	progress_clear(&im->progress);
	if (is_whole && !im->options.is_dry_run)
		journal_remove(&im->journal);
	else if (!im->options.is_dry_run)
		(void)journal_save(&im->journal, &im->report.done);
	im->report.ignored = rows_ignored(im->rows);
	import_report_end(&im->report);
	if (!is_read)
		study_print_error(im->study, "the file can't be read: %s", strerror(reason));
	if (why->status != STUDY_OK)
		(void)service_report(im->study, why);
	if (!is_whole) {
		print_rest(im);
		if (im->report.is_interrupted)
			die_by_signal(im);
		return !is_read ? STUDY_EXIT_USAGE : STUDY_EXIT_UNREACHABLE;
	}
	const uint64_t *counts = im->report.done.counts;
	return counts[OUTCOME_REFUSED] + counts[OUTCOME_DIFFERING] + counts[OUTCOME_DELETED] > 0
		       ? STUDY_EXIT_LINES
		       : STUDY_EXIT_DONE;
}

static int import_rows(struct import *im)
{
	struct study_error why = { 0 };
	im->importer = importer_new(im->options.is_dry_run ? NULL : im->study->client, &im->source,
		im->rows, &im->report.from, &im->options);
	if (!im->importer || !watch_signals(im)) {
		study_print_error(im->study, "out of memory");
		return STUDY_EXIT_UNREACHABLE;
	}
	progress_start(&im->progress, &im->study->err, im->report.from.offset);
	import_report_begin(&im->report);
	bool is_read = importer_run(im->importer, im->stop_fd, &im->report.is_interrupted, &why);
	return finish(im, is_read, &why);
}

/* Finds the format and reads the header. It may block, because nothing else is to be done yet. */
static int read_header(struct import *im, enum rows_format format)
{
	struct refusal why;
	enum rows_result result = ROWS_WAIT;
	im->rows = rows_new(&im->source, format);
	while (im->rows && (result = rows_begin(im->rows, &why)) == ROWS_WAIT)
		source_wait(&im->source);
	if (result == ROWS_RECORD)
		return STUDY_EXIT_DONE;
	if (!im->rows || result != ROWS_REFUSED) {
		study_print_error(im->study, "the file can't be read: %s", strerror(errno));
		return STUDY_EXIT_USAGE;
	}
	import_report_begin(&im->report);
	im->progress.started_ms = progress_now_ms();
	im->report.done.counts[OUTCOME_REFUSED] = 1;
	on_refused(im, OUTCOME_REFUSED, &why);
	if (im->study->is_json)
		import_report_end(&im->report);
	return STUDY_EXIT_LINES;
}

/* Opens the given zone or the account's. A dry run makes no requests and uses UTC. */
static int open_zone(struct import *im, const struct option_value *given)
{
	struct account_calendar calendar = { .time_zone = "UTC" };
	struct fail why = { 0 };
	int exit =
		im->options.is_dry_run ? STUDY_EXIT_DONE : account_calendar(im->study, &calendar);
	if (exit != STUDY_EXIT_DONE)
		return exit;
	if (!zone_open(&im->zone, given->is_given ? given->text : calendar.time_zone, &why)) {
		study_print_error(im->study, "%s", why.text);
		return STUDY_EXIT_USAGE;
	}
	im->options.rules.zone = im->zone;
	im->options.rules.day_starts_at = calendar.day_starts_at;
	im->report.time_zone = zone_name(im->zone);
	return STUDY_EXIT_DONE;
}

/* An import with other options does not resume this one. */
static void open_journal(struct import *im, const char *path)
{
	char about[256];
	(void)snprintf(about, sizeof about, "%s\n%s\n%lld%s%s", im->name_space, zone_name(im->zone),
		(long long)im->options.rules.day_starts_at,
		im->options.should_update ? "\nupdate" : "",
		im->options.should_restore ? "\nrestore" : "");
	if (strcmp(path, "-") != 0)
		journal_open(
			&im->journal, im->source.fd, path, service_endpoints(im->study), about);
}

static int prepare(struct import *im, const char *path, const struct arguments *args)
{
	struct stat about;
	im->progress.terminal = &im->study->err;
	if (!source_open(&im->source, path)) {
		study_print_error(im->study, "%s: %s", path, strerror(errno));
		return STUDY_EXIT_USAGE;
	}
	if (im->source.is_file && fstat(im->source.fd, &about) == 0)
		im->size = (uint64_t)about.st_size;
	int exit = read_header(im, format_table[args->own[FORMAT].number]);
	if (exit == STUDY_EXIT_DONE && !im->options.is_dry_run)
		exit = service_open(im->study);
	if (exit == STUDY_EXIT_DONE)
		exit = open_zone(im, &args->own[TIME_ZONE]);
	if (exit != STUDY_EXIT_DONE || im->options.is_dry_run)
		return exit;
	open_journal(im, path);
	resume(im, args->own[RESTART].is_given);
	return STUDY_EXIT_DONE;
}

static void init(struct import *im, struct study *study, const struct option_value *given)
{
	*im = (struct import){
		.study = study,
		.stop_fd = -1,
		.name_space = given[NAMESPACE].is_given ? given[NAMESPACE].text : record_namespace,
		.options = {
			.should_update = given[UPDATE].is_given,
			.should_restore = given[RESTORE].is_given,
			.is_dry_run = given[DRY_RUN].is_given,
			.give_up_ms = study->timeout_ms,
			.on_refused = on_refused,
			.on_progress = on_progress,
			.arg = im,
		},
		.report = {
			.study = study,
			.progress = &im->progress,
			.ignored = "",
			.is_dry_run = given[DRY_RUN].is_given,
			.should_update = given[UPDATE].is_given,
			.should_restore = given[RESTORE].is_given,
		},
	};
}

static int run(struct study *study, const struct arguments *args)
{
	struct import im;
	if (study->timeout_ms == 0)
		study->timeout_ms = GIVE_UP_MS;
	init(&im, study, args->own);
	bool is_uuid = uuid_parse(span_of(im.name_space), im.options.rules.name_space);
	int exit = is_uuid ? prepare(&im, args->words[0], args) : STUDY_EXIT_USAGE;
	if (exit == STUDY_EXIT_DONE)
		exit = import_rows(&im);
	study_client_close(&study->client); /* runs callbacks of the importer */
	importer_free(&im.importer);
	rows_free(&im.rows);
	zone_free(&im.zone);
	source_close(&im.source);
	journal_close(&im.journal);
	if (im.stop_fd >= 0)
		(void)close(im.stop_fd);
	return exit;
}
