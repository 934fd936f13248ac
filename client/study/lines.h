/*
 * lines: the line ends of text files: LF, CR LF, CR (of old Macs), also mixed in one file.
 */
#ifndef STUDY_LINES_H
#define STUDY_LINES_H

#include "common/buf.h"

/* How many lines end in these bytes. *is_after_cr carries over from the bytes before: a LF that
 * follows a CR ends no line of its own. */
size_t lines_count(struct span bytes, bool *is_after_cr);

/* The offset after the first line end at or behind `from`; SIZE_MAX where there is none. A CR at
 * the end of the bytes counts only where is_end: a LF may follow it. */
size_t lines_end(struct span bytes, size_t from, bool is_end);

#endif
