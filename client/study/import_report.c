#include "client/study/import_report.h"

#include <inttypes.h>
#include <json.h>
#include <stdio.h>
#include <string.h>

/* A count as text, with a text for a dry run, and as a member of the JSON object. */
static const struct {
	const char *words, *words_dry, *member;
	bool is_always;
} outcome_table[OUTCOME_COUNT] = {
	[OUTCOME_CREATED] = { "imported", "would be imported", "created", true },
	[OUTCOME_EXISTING] = { "there already", NULL, "existing", true },
	[OUTCOME_UPDATED] = { "updated", NULL, "updated", false },
	[OUTCOME_RESTORED] = { "restored", NULL, "restored", false },
	[OUTCOME_DIFFERING] = { "there with other values", NULL, "differing", false },
	[OUTCOME_DELETED] = { "deleted before", NULL, "deleted", false },
	[OUTCOME_REFUSED] = { "refused", "refused", "refused_lines", true },
};

void import_report_begin(const struct import_report *r)
{
	if (r->study->is_json)
		fputs("{\"refused\":[", r->study->out.to);
}

static void print_json(const struct import_report *r, struct json_object *value)
{
	terminal_json(&r->study->out,
		json_object_to_json_string_ext(value, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(value);
}

static void put_json_line(struct import_report *r, enum outcome outcome, const struct refusal *why)
{
	struct json_object *line = json_object_new_object();
	uint64_t last = why->last_line > why->line ? why->last_line : why->line;
	json_object_object_add(line, "line", json_object_new_int64((int64_t)why->line));
	json_object_object_add(line, "last_line", json_object_new_int64((int64_t)last));
	json_object_object_add(
		line, "field", *why->field ? json_object_new_string(why->field) : NULL);
	json_object_object_add(line, "rule", json_object_new_string(why->rule));
	json_object_object_add(line, "outcome",
		json_object_new_string(
			outcome == OUTCOME_REFUSED ? "refused" : outcome_table[outcome].member));
	fputs(r->lines++ > 0 ? ",\n" : "\n", r->study->out.to);
	print_json(r, line);
}

void import_report_line(struct import_report *r, enum outcome outcome, const struct refusal *why)
{
	const struct terminal *err = &r->study->err;
	progress_clear(r->progress);
	if (r->study->is_json) {
		put_json_line(r, outcome, why);
		return;
	}
	terminal_style(err, STYLE_BAD);
	fprintf(err->to, "line %" PRIu64, why->line);
	if (why->last_line > why->line)
		fprintf(err->to, " to %" PRIu64, why->last_line);
	fputs(": ", err->to);
	terminal_style(err, STYLE_NONE);
	terminal_text(err, why->field);
	fputs(*why->field ? " " : "", err->to);
	terminal_text(err, why->rule);
	fputc('\n', err->to);
}

uint64_t import_report_rows(const struct import_report *r, const struct journal_state *done)
{
	uint64_t rows = 0;
	for (int i = 0; i < OUTCOME_COUNT; i++)
		rows += done->counts[i] - r->from.counts[i];
	return rows;
}

static struct json_object *number(double value, int decimals)
{
	char text[48];
	(void)snprintf(text, sizeof text, "%.*f", decimals, value);
	return json_object_new_double_s(value, text);
}

static void end_json(const struct import_report *r, double seconds, double rate)
{
	struct json_object *end = json_object_new_object();
	for (int i = 0; i < OUTCOME_COUNT; i++)
		json_object_object_add(end, outcome_table[i].member,
			json_object_new_int64((int64_t)r->done.counts[i]));
	json_object_object_add(
		end, "resumed_at_line", json_object_new_int64((int64_t)r->from.line));
	json_object_object_add(end, "ignored_columns", json_object_new_string(r->ignored));
	json_object_object_add(
		end, "time_zone", r->time_zone ? json_object_new_string(r->time_zone) : NULL);
	json_object_object_add(end, "dry_run", json_object_new_boolean(r->is_dry_run));
	json_object_object_add(end, "interrupted", json_object_new_boolean(r->is_interrupted));
	json_object_object_add(end, "seconds", number(seconds, 3));
	json_object_object_add(end, "rows_per_second", number(rate, 1));
	fputs(r->lines > 0 ? "\n]," : "],", r->study->out.to);
	const char *text = json_object_to_json_string_ext(
		end, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	terminal_json(&r->study->out, text + 1); /* its members continue our object */
	json_object_put(end);
	fputc('\n', r->study->out.to);
}

static void hint(const struct import_report *r, bool is_due, const char *text)
{
	if (is_due)
		fprintf(r->study->err.to, "%s\n", text);
}

static void end_hints(const struct import_report *r)
{
	const struct terminal *err = &r->study->err;
	const uint64_t *counts = r->done.counts;
	if (*r->ignored) {
		fputs("Not imported: the columns ", err->to);
		terminal_text(err, r->ignored);
		fputc('\n', err->to);
	}
	hint(r, counts[OUTCOME_DIFFERING] > 0 && !r->should_update,
		"--update takes the file's values");
	hint(r, counts[OUTCOME_DIFFERING] > 0 && r->done.has_foreign_ids,
		"Ids that are not UUIDs belong to --namespace: use another namespace for a file "
		"of another origin");
	hint(r, counts[OUTCOME_DELETED] > 0 && !r->should_restore,
		"--restore brings deleted sessions back");
}

static void end_text(const struct import_report *r, double seconds, double rate)
{
	const struct terminal *out = &r->study->out;
	const char *gap = "";
	fflush(out->to);
	end_hints(r);
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		const char *words =
			r->is_dry_run ? outcome_table[i].words_dry : outcome_table[i].words;
		if (!words || (!outcome_table[i].is_always && r->done.counts[i] == 0))
			continue;
		fprintf(out->to, "%s%" PRIu64 " %s", gap, r->done.counts[i], words);
		gap = ", ";
	}
	if (seconds >= 1) /* a shorter time gives no useful rate */
		fprintf(out->to, "; %.1f s, %.0f rows/s", seconds, rate);
	fputc('\n', out->to);
}

void import_report_end(const struct import_report *r)
{
	double seconds = (double)(progress_now_ms() - r->progress->started_ms) / 1000;
	double rate = seconds > 0 ? (double)import_report_rows(r, &r->done) / seconds : 0;
	(r->study->is_json ? end_json : end_text)(r, seconds, rate);
}
