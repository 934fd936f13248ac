/*
 * progress: how far it is, how fast and how long it still takes, on one line of a terminal.
 *
 * Where standard error is no terminal nothing is ever drawn.
 */
#ifndef STUDY_PROGRESS_H
#define STUDY_PROGRESS_H

#include <stdint.h>

#include "client/study/terminal.h"

struct progress {
	const struct terminal *terminal;
	int64_t started_ms, drawn_ms;
	uint64_t done_first; /* what was done before it started, and does not count as speed */
	bool is_drawn;
};

/* total 0: nobody knows. */
struct progress_now {
	uint64_t done, total; /* of anything: bytes, rows */
	uint64_t rows;        /* since the start of this run */
};

void progress_start(struct progress *p, const struct terminal *terminal, uint64_t done_first);
void progress_show(struct progress *p, const struct progress_now *now); /* at times */
void progress_clear(struct progress *p); /* before other lines, and at the end */

/* The line, of at most `columns`. Pure. */
enum { PROGRESS_SIZE = 2048 };
void progress_format(const struct progress_now *now, uint64_t done_first, int64_t elapsed_ms,
	int columns, bool is_utf8, char out[PROGRESS_SIZE]);

/* Monotonic milliseconds. */
int64_t progress_now_ms(void);

#endif
