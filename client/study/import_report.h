/*
 * import_report: reports each line that is not imported, and the counts at the end: as text on both
 * streams, or as one JSON object on standard output.
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
	uint64_t lines; /* reported so far, in JSON */
	/* For the final report. */
	struct journal_state done, from;
	const char *ignored;   /* names of columns that are not imported */
	const char *time_zone; /* NULL: not needed yet */
	bool is_dry_run, is_interrupted, should_update, should_restore;
};

void import_report_begin(const struct import_report *report);
void import_report_line(
	struct import_report *report, enum outcome outcome, const struct refusal *why);
void import_report_end(const struct import_report *report);

/* The number of rows since the start of this run. */
uint64_t import_report_rows(const struct import_report *report, const struct journal_state *done);

#endif
