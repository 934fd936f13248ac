/*
 * import_report: what an import tells: each line that is not taken, and the counts at its end; for
 * people on both streams, or as one JSON object on standard output.
 */
#ifndef STUDY_IMPORT_REPORT_H
#define STUDY_IMPORT_REPORT_H

#include "client/study/command.h"
#include "client/study/journal.h"
#include "client/study/progress.h"
#include "client/study/record.h"

struct import_report {
	struct study *study;
	struct progress *progress;
	uint64_t told; /* lines of the JSON text */
	/* For the end. */
	struct journal_state done, from;
	const char *ignored;   /* columns that were not imported */
	const char *time_zone; /* NULL: none was needed yet */
	bool is_dry_run, is_interrupted, should_update, should_restore;
};

void import_report_begin(const struct import_report *report);
void import_report_line(
	struct import_report *report, enum outcome outcome, const struct refusal *why);
void import_report_end(const struct import_report *report);

/* Lines since the start of this run. */
uint64_t import_report_rows(const struct import_report *report, const struct journal_state *done);

#endif
