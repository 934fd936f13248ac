/*
 * importer: a file's rows on their way to the service.
 *
 * Up to WINDOW rows are asked for at once; they stand in a ring in the file's order, and the ring
 * moves on only past what is answered, so that all before its head is done for good. What can't
 * be done now (the service is overloaded, restarts, changes its database) is asked again until
 * the timeout. What is refused is told in the file's order. Rows of one id are done one after the
 * other: the last one decides.
 *
 * A row is logged (sessions.log). A session that is there with other values is left as it is, or
 * replaced where should_update. One that was deleted is left deleted, or restored first where
 * should_restore.
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
	bool is_dry_run;    /* reads and judges, and asks nothing */
	int64_t give_up_ms; /* after so long without success */
	/* Lines whose outcome is neither of created, existing, updated and restored. */
	void (*on_refused)(void *arg, enum outcome outcome, const struct refusal *why);
	/* Now and then, and once at the end: what is done for good. */
	void (*on_progress)(void *arg, const struct journal_state *done);
	void *arg;
};

struct importer;

/* Imports the rows that follow `from`, where `rows` stands. All is borrowed; the client is NULL for
 * a dry run. Returns NULL without memory. */
struct importer *importer_new(struct study_client *client, struct source *source, struct rows *rows,
	const struct journal_state *from, const struct importer_options *options);
void importer_free(struct importer **importer);

/* Until all is done, `stop_fd` can be read or it can't go on. `why` says which: its status is OK
 * at the end, and where it was stopped (*is_stopped). False: the file can't be read: errno. */
bool importer_run(
	struct importer *importer, int stop_fd, bool *is_stopped, struct study_error *why);

#endif
