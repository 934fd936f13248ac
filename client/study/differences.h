/*
 * differences: what a session that is there says, and a file does not.
 */
#ifndef STUDY_DIFFERENCES_H
#define STUDY_DIFFERENCES_H

#include "client/study/record.h"

enum { DIFFERENCES_SIZE = 320 };

/* `session` is what SESSION_EXISTS has as its details, NULL for none. Each value is told with the
 * file's: `minutes 25, the file says 30; ...`. False: nothing of what the file says differs. */
bool record_differences(
	const struct record *record, const struct study_value *session, char out[DIFFERENCES_SIZE]);

#endif
