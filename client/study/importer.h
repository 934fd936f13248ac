/*
 * importer: sends the rows of a file to the service.
 *
 * Up to WINDOW rows are in flight. They are in a ring in the order of the file, and the ring
 * advances only past rows with a final result, so that all rows before its head are complete.
 * Requests that fail temporarily (the service is overloaded, restarts, changes its database) are
 * retried, until no row has ended for the time of the timeout. After RATE_LIMITED it pauses for a
 * second, which is the shortest time that the service tells to wait, and then sends more and more
 * rows at once. Refused rows are reported in the order of the file. Rows with the same id run one
 * after the other, so that the last one wins.
 *
 * A row is sent with sessions.log. If the session exists with other values, it stays as it is; with
 * should_update the row replaces it. If the session is deleted, it stays deleted; with
 * should_restore it is restored first.
 */
#ifndef STUDY_IMPORTER_H
#define STUDY_IMPORTER_H

#include "client/study/command.h"
#include "client/study/journal.h"
#include "client/study/record.h"
#include "client/study/source.h"

struct rows;

struct importer_options {
	struct record_rules rules;
	bool should_update, should_restore;
	bool is_dry_run;    /* checks the rows and sends no requests */
	int64_t give_up_ms; /* stop if no row has ended for this time */
	/* Runs for each line that was not imported: OUTCOME_DIFFERING and later. */
	void (*on_refused)(void *arg, enum outcome outcome, const struct refusal *why);
	/* Runs now and then, and once at the end, with the completed rows. */
	void (*on_progress)(void *arg, const struct journal_state *done);
	void *arg;
};

struct importer;

/* Imports the rows after `from`, which is the current place of `rows`. All arguments are borrowed;
 * the client is NULL for a dry run. NULL: no memory. */
struct importer *importer_new(struct study_client *client, struct source *source, struct rows *rows,
	const struct journal_state *from, const struct importer_options *options);
void importer_free(struct importer **importer);

/* Runs until all rows are complete, `stop_fd` is readable (*is_stopped), or an error stops it: then
 * why->status is not STUDY_OK. False: the file can't be read; see errno. */
bool importer_run(
	struct importer *importer, int stop_fd, bool *is_stopped, struct study_error *why);

#endif
