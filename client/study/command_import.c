/* study import: sessions of a file, each once however often it is imported. */
#include <errno.h>
#include <inttypes.h>
#include <json.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/study/command.h"
#include "client/study/importer.h"
#include "client/study/journal.h"
#include "client/study/progress.h"
#include "client/study/rows.h"
#include "client/study/service.h"

static int run(struct study *study, const struct arguments *args);

enum { FORMAT, NAMESPACE, DRY_RUN, RESTART };

static const char *const formats[] = { "auto", "csv", "ndjson", NULL };

static const struct option options[] = {
	[FORMAT] = { "format", OPTION_CHOICE, "FORMAT", "csv or ndjson; auto looks into the file",
		.choices = formats },
	[NAMESPACE] = { "namespace", OPTION_UUID, "UUID", "for ids that are no UUIDs" },
	[DRY_RUN] = { "dry-run", OPTION_FLAG, NULL, "judge the lines, change nothing" },
	[RESTART] = { "restart", OPTION_FLAG, NULL, "from the first line, though some are done" },
	{ 0 },
};

const struct command command_import = { "import", "FILE", "Import sessions from a file",
	"FILE is CSV with a header (id, timestamp or study_date, minutes, tag, notes; in any\n"
	"order), or JSON with a session a line, as study export writes them; - is standard input.\n"
	"Ids are kept, so that importing twice does no harm; what was interrupted goes on where "
	"it\n"
	"was. Each line that is refused is told. Of a timestamp only the day is kept, as "
	"written.\n",
	options, 1, 1, run };

enum { GIVE_UP_MS = 30000, SAVE_MS = 500 };

struct import {
	struct study *study;
	struct source source;
	struct rows *rows;
	struct importer *importer;
	struct importer_options options;
	struct journal journal;
	struct journal_state from, done;
	struct progress progress;
	uint64_t size; /* of the file, 0: unknown */
	int64_t saved_ms;
	int stop_fd;
	sigset_t mask; /* before */
	uint64_t told; /* lines of the JSON text */
	bool is_stopped;
};

static uint64_t row_count(const struct journal_state *s)
{
	return s->created + s->existing + s->differing + s->refused;
}

/* Telling. */

static void begin_json(const struct import *im)
{
	if (im->study->is_json)
		fputs("{\"refused\":[", im->study->out.to);
}

static void tell_json(struct import *im, const struct refusal *why)
{
	struct json_object *line = json_object_new_object();
	json_object_object_add(line, "line", json_object_new_int64((int64_t)why->line));
	json_object_object_add(
		line, "field", *why->field ? json_object_new_string(why->field) : NULL);
	json_object_object_add(line, "rule", json_object_new_string(why->rule));
	fputs(im->told++ > 0 ? ",\n" : "\n", im->study->out.to);
	terminal_json(&im->study->out,
		json_object_to_json_string_ext(line, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(line);
}

static void on_refused(void *arg, const struct refusal *why)
{
	struct import *im = arg;
	const struct terminal *err = &im->study->err;
	progress_clear(&im->progress);
	if (im->study->is_json) {
		tell_json(im, why);
		return;
	}
	terminal_style(err, STYLE_BAD);
	fprintf(err->to, "line %" PRIu64 ": ", why->line);
	terminal_style(err, STYLE_NONE);
	terminal_text(err, why->field);
	fputs(*why->field ? " " : "", err->to);
	terminal_text(err, why->rule);
	fputc('\n', err->to);
}

static void on_progress(void *arg, const struct journal_state *done)
{
	struct import *im = arg;
	int64_t now_ms = progress_now_ms();
	struct progress_now now = { .done = done->offset,
		.total = im->size,
		.rows = row_count(done) - row_count(&im->from) };
	im->done = *done;
	progress_show(&im->progress, &now);
	if (im->options.is_dry_run || now_ms - im->saved_ms < SAVE_MS)
		return;
	(void)journal_save(&im->journal, done);
	im->saved_ms = now_ms;
}

static void summarize(const struct import *im)
{
	const struct journal_state *done = &im->done;
	const struct terminal *out = &im->study->out;
	uint64_t rows = row_count(done) - row_count(&im->from);
	double seconds = (double)(progress_now_ms() - im->progress.started_ms) / 1000;
	double rate = seconds > 0 ? (double)rows / seconds : 0;
	if (im->study->is_json) {
		fprintf(out->to,
			"%s],\"created\":%" PRIu64 ",\"existing\":%" PRIu64
			",\"differing\":%" PRIu64 ",\"refused_lines\":%" PRIu64
			",\"resumed_at_line\":%" PRIu64
			",\"dry_run\":%s,\"interrupted\":%s,\"seconds\":%.3f,\"rows_per_second\":%."
			"1f}\n",
			im->told > 0 ? "\n" : "", done->created, done->existing, done->differing,
			done->refused, im->from.line, im->options.is_dry_run ? "true" : "false",
			im->is_stopped ? "true" : "false", seconds, rate);
		return;
	}
	fprintf(out->to,
		im->options.is_dry_run ? "%" PRIu64 " would be imported" : "%" PRIu64 " imported",
		done->created);
	if (!im->options.is_dry_run)
		fprintf(out->to, ", %" PRIu64 " there already", done->existing);
	if (done->differing > 0)
		fprintf(out->to, ", %" PRIu64 " there with other values", done->differing);
	fprintf(out->to, ", %" PRIu64 " refused", done->refused);
	if (seconds >= 1) /* else there is no rate to speak of */
		fprintf(out->to, "; %.1f s, %.0f rows/s", seconds, rate);
	fputc('\n', out->to);
}

/* Resuming. */

/* Only if the last session that was taken is still there: else the service is another one. */
static bool is_still_there(struct import *im)
{
	struct study_params *params = service_params(im->study);
	struct study_value *session = NULL;
	if (!params)
		return false;
	study_params_text(params, "session_id", im->from.last_id);
	enum study_status st = study_call(im->study->client, "sessions.get", params, &session);
	study_value_free(&session);
	study_params_free(&params);
	return st == STUDY_OK;
}

static void resume(struct import *im, bool is_restart)
{
	bool is_known = !is_restart && journal_load(&im->journal, &im->from);
	if (is_known && is_still_there(im)
		&& source_seek(&im->source, im->from.offset, im->from.line)) {
		if (!im->study->is_json)
			fprintf(im->study->err.to,
				"Going on at line %" PRIu64 ", where it was interrupted\n",
				im->from.line);
		im->done = im->from;
		return;
	}
	im->from = (struct journal_state){ 0 };
}

/* Signals come as something to read, between two rows. */
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

/* Ends as the signal would have ended us. */
static void die_by_signal(struct import *im)
{
	struct signalfd_siginfo about;
	if (read(im->stop_fd, &about, sizeof about) != sizeof about)
		return;
	fflush(NULL);
	(void)sigprocmask(SIG_SETMASK, &im->mask, NULL);
	(void)raise((int)about.ssi_signo);
}

/* A pipe comes again from its beginning, as only a file's journal says how far it went. */
static void tell_rest(const struct import *im)
{
	if (im->options.is_dry_run)
		study_complain(im->study, "not all was judged");
	else if (im->source.is_file && im->done.line > 0)
		study_complain(im->study,
			"not all was imported; the same command goes on at line %" PRIu64,
			im->done.line);
	else
		study_complain(im->study,
			"not all was imported; the same command does the rest, and nothing twice");
}

static int finish(struct import *im, bool is_read, const struct study_error *why)
{
	int reason = errno;
	bool is_whole = is_read && !im->is_stopped && why->status == STUDY_OK;
	progress_clear(&im->progress);
	if (is_whole && !im->options.is_dry_run)
		journal_remove(&im->journal);
	else if (!im->options.is_dry_run)
		(void)journal_save(&im->journal, &im->done);
	summarize(im);
	if (!is_read)
		study_complain(im->study, "the file can't be read: %s", strerror(reason));
	if (why->status != STUDY_OK)
		(void)service_complain(im->study, why);
	if (!is_whole) {
		tell_rest(im);
		if (im->is_stopped)
			die_by_signal(im);
		return !is_read ? STUDY_EXIT_USAGE : STUDY_EXIT_UNREACHABLE;
	}
	return im->done.refused + im->done.differing > 0 ? STUDY_EXIT_LINES : STUDY_EXIT_DONE;
}

static int import_rows(struct import *im)
{
	struct study_error why = { 0 };
	im->importer = importer_new(im->options.is_dry_run ? NULL : im->study->client, &im->source,
		im->rows, &im->from, &im->options);
	if (!im->importer || !watch_signals(im)) {
		study_complain(im->study, "out of memory");
		return STUDY_EXIT_UNREACHABLE;
	}
	progress_start(&im->progress, &im->study->err, im->from.offset);
	begin_json(im);
	bool is_read = importer_run(im->importer, im->stop_fd, &im->is_stopped, &why);
	return finish(im, is_read, &why);
}

/* The format and the header; waits, as there is nothing else to do yet. */
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
		study_complain(im->study, "the file can't be read: %s", strerror(errno));
		return STUDY_EXIT_USAGE;
	}
	begin_json(im);
	im->progress.started_ms = progress_now_ms();
	im->done.refused = 1;
	on_refused(im, &why);
	if (im->study->is_json)
		summarize(im);
	return STUDY_EXIT_LINES;
}

static int prepare(struct import *im, const char *path, const struct arguments *args)
{
	struct stat about;
	im->progress.terminal = &im->study->err;
	if (!source_open(&im->source, path)) {
		study_complain(im->study, "%s: %s", path, strerror(errno));
		return STUDY_EXIT_USAGE;
	}
	if (im->source.is_file && fstat(im->source.fd, &about) == 0)
		im->size = (uint64_t)about.st_size;
	int exit = read_header(im, (enum rows_format)args->own[FORMAT].number);
	if (exit != STUDY_EXIT_DONE || im->options.is_dry_run)
		return exit;
	exit = service_open(im->study);
	if (exit != STUDY_EXIT_DONE)
		return exit;
	if (strcmp(path, "-") != 0)
		journal_open(&im->journal, im->source.fd, path, service_endpoints(im->study),
			im->options.name_space);
	resume(im, args->own[RESTART].is_given);
	return STUDY_EXIT_DONE;
}

static int run(struct study *study, const struct arguments *args)
{
	if (study->timeout_ms == 0)
		study->timeout_ms = GIVE_UP_MS;
	struct import im = {
		.study = study,
		.stop_fd = -1,
		.options = {
			.name_space = args->own[NAMESPACE].is_given ? args->own[NAMESPACE].text
								    : record_namespace,
			.is_dry_run = args->own[DRY_RUN].is_given,
			.give_up_ms = study->timeout_ms,
			.on_refused = on_refused,
			.on_progress = on_progress,
		},
	};
	im.options.arg = &im;
	int exit = prepare(&im, args->words[0], args);
	if (exit == STUDY_EXIT_DONE)
		exit = import_rows(&im);
	study_client_close(&study->client); /* calls back into the importer */
	importer_free(&im.importer);
	rows_free(&im.rows);
	source_close(&im.source);
	journal_close(&im.journal);
	if (im.stop_fd >= 0)
		(void)close(im.stop_fd);
	return exit;
}
