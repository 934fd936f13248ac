/*
 * progress: shows amount, speed and remaining time on one line of a terminal.
 *
 * It draws nothing if standard error is not a terminal.
 */
#ifndef STUDY_PROGRESS_H
#define STUDY_PROGRESS_H

#include <stdint.h>

#include "client/study/terminal.h"

struct progress {
	const struct terminal *terminal;
	int64_t started_ms, drawn_ms;
	uint64_t done_first; /* done before the start; does not count for the speed */
	bool is_drawn;
};

/* total 0: unknown. */
struct progress_now {
	uint64_t done, total; /* in any unit: bytes, rows */
	uint64_t rows;        /* since the start of this run */
};

void progress_start(struct progress *p, const struct terminal *terminal, uint64_t done_first);
void progress_show(struct progress *p, const struct progress_now *now); /* draws now and then */
void progress_clear(struct progress *p); /* call before printing other lines, and at the end */

/* Formats the line with at most `columns`. Pure. */
enum { PROGRESS_SIZE = 2048 };
void progress_format(const struct progress_now *now, uint64_t done_first, int64_t elapsed_ms,
	int columns, bool is_utf8, char out[PROGRESS_SIZE]);

/* Monotonic milliseconds. */
int64_t progress_now_ms(void);

#endif
