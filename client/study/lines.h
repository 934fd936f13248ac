/*
 * lines: line ends of text files: LF, CR LF and CR (old Macs), even mixed in one file.
 */
#ifndef STUDY_LINES_H
#define STUDY_LINES_H

#include "common/buf.h"

/* The number of lines that end in these bytes. *is_after_cr is kept from the bytes before, because
 * a LF after a CR belongs to the same line end. */
size_t lines_count(struct span bytes, bool *is_after_cr);

/* The offset after the first line end at or after `from`; SIZE_MAX if there is none. A CR at the
 * end of the bytes counts only if is_end, because a LF may follow. */
size_t lines_end(struct span bytes, size_t from, bool is_end);

#endif
