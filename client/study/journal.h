/*
 * journal: how far an import has come, so that the next run of it goes on there.
 *
 * A small file under XDG_STATE_HOME (~/.local/state) named after the input's path, the service and
 * all options that change what an import does. It counts only while the input is the same file of
 * the same size and time. What it says is a shortcut and never needed: ids make importing twice
 * harmless.
 */
#ifndef STUDY_JOURNAL_H
#define STUDY_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "client/studytracker.h"

/* What became of a line. */
enum outcome {
	OUTCOME_CREATED,
	OUTCOME_EXISTING,  /* it was there with the same values */
	OUTCOME_UPDATED,   /* it was there with other values */
	OUTCOME_RESTORED,  /* it was deleted */
	OUTCOME_DIFFERING, /* it is there with other values, which are kept */
	OUTCOME_DELETED,   /* it stays deleted */
	OUTCOME_REFUSED,
	OUTCOME_COUNT
};

/* What is acknowledged up to a place in the file. */
struct journal_state {
	uint64_t offset, line;
	unsigned mark; /* rows_mark */
	uint64_t counts[OUTCOME_COUNT];
	bool has_foreign_ids;        /* since the start of this run */
	char last_id[STUDY_ID_SIZE]; /* of the last session that was taken; "" */
};

struct journal {
	char *path; /* NULL: none is kept */
	uint64_t device, inode, size, changed_ns;
};

/* For an open file; leaves path NULL where nothing can be kept. */
void journal_open(
	struct journal *j, int fd, const char *path, const char *endpoints, const char *options);

/* False: there is none that counts. */
bool journal_load(const struct journal *j, struct journal_state *out);

bool journal_save(const struct journal *j, const struct journal_state *state);
void journal_remove(const struct journal *j);
void journal_close(struct journal *j);

#endif
