/*
 * differences: compares a session of a file with the existing one.
 */
#ifndef STUDY_DIFFERENCES_H
#define STUDY_DIFFERENCES_H

#include "client/study/record.h"

enum { DIFFERENCES_SIZE = 320 };

/* `session` is the details of SESSION_EXISTS; NULL: none. Writes each differing value with that of
 * the file: `minutes 25, the file has 30; ...`. False: no value of the file differs. */
bool record_differences(
	const struct record *record, const struct study_value *session, char out[DIFFERENCES_SIZE]);

#endif
