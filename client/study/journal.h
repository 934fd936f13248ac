/*
 * journal: how far an import has come, so that the next run of it goes on there.
 *
 * A small file under XDG_STATE_HOME (~/.local/state) named after the input's path, the service and
 * the namespace. It counts only while the input is the same file of the same size and time. What
 * it says is a shortcut and never needed: ids make importing twice harmless.
 */
#ifndef STUDY_JOURNAL_H
#define STUDY_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "client/studytracker.h"

/* What is acknowledged up to a place in the file. */
struct journal_state {
	uint64_t offset, line;
	uint64_t created, existing, differing, refused;
	char last_id[STUDY_ID_SIZE]; /* of the last session that was taken; "" */
};

struct journal {
	char *path; /* NULL: none is kept */
	uint64_t device, inode, size, changed_ns;
};

/* For an open file; leaves path NULL where nothing can be kept. */
void journal_open(
	struct journal *j, int fd, const char *path, const char *endpoints, const char *name_space);

/* False: there is none that counts. */
bool journal_load(const struct journal *j, struct journal_state *out);

bool journal_save(const struct journal *j, const struct journal_state *state);
void journal_remove(const struct journal *j);
void journal_close(struct journal *j);

#endif
