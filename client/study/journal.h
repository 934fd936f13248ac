/*
 * journal: remembers how far an import has come, so that the next run continues there.
 *
 * It is a small file under XDG_STATE_HOME (~/.local/state), named after the path of the input, the
 * service and all options that change the result. It is valid only while the input is the same file
 * with the same size and time. It only saves time: importing twice is harmless, because sessions
 * have ids.
 */
#ifndef STUDY_JOURNAL_H
#define STUDY_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "client/studytracker.h"

/* The result of a line. */
enum outcome {
	OUTCOME_CREATED,
	OUTCOME_EXISTING,  /* the session exists with the same values */
	OUTCOME_UPDATED,   /* the session had other values */
	OUTCOME_RESTORED,  /* the session was deleted */
	OUTCOME_DIFFERING, /* the session keeps its other values */
	OUTCOME_DELETED,   /* the session stays deleted */
	OUTCOME_REFUSED,
	OUTCOME_COUNT
};

/* The state of an import after all rows before a place in the file. */
struct journal_state {
	uint64_t offset, line;
	unsigned mark; /* rows_mark */
	uint64_t counts[OUTCOME_COUNT];
	bool has_foreign_ids;        /* since the start of this run */
	char last_id[STUDY_ID_SIZE]; /* of the last imported session, or "" */
};

struct journal {
	char *path; /* NULL: there is no journal */
	uint64_t device, inode, size, changed_ns;
};

/* `fd` is the open input. Leaves path NULL if there can be no journal. */
void journal_open(
	struct journal *j, int fd, const char *path, const char *endpoints, const char *options);

/* False if there is no valid journal. */
bool journal_load(const struct journal *j, struct journal_state *out);

bool journal_save(const struct journal *j, const struct journal_state *state);
void journal_remove(const struct journal *j);
void journal_close(struct journal *j);

#endif
