/*
 * source: a buffered file or pipe that knows its offset and line. It never buffers more than
 * SOURCE_MAX bytes.
 */
#ifndef STUDY_SOURCE_H
#define STUDY_SOURCE_H

#include "common/buf.h"

enum { SOURCE_MAX = 512 << 10 };

enum source_result {
	SOURCE_MORE,
	SOURCE_WAIT, /* a pipe has no data now: poll fd */
	SOURCE_END,
	SOURCE_FULL,
	SOURCE_FAILED /* errno */
};

struct source {
	int fd;
	bool is_file; /* never waits */
	bool is_end;
	char *bytes;
	size_t start, end;
	uint64_t offset, line; /* of the next byte; lines count from 1 */
	bool is_after_cr;      /* the last byte taken was a CR, so a LF may follow */
};

/* "-" is standard input. False: errno. */
bool source_open(struct source *s, const char *path);
void source_close(struct source *s); /* accepts a zeroed struct */

struct span source_view(const struct source *s);
enum source_result source_fill(struct source *s);

/* Blocks until there is data, after SOURCE_WAIT. */
void source_wait(const struct source *s);

/* Removes the first `len` bytes of the view. */
void source_take(struct source *s, size_t len);

/* Continues a file at that place. False: errno. */
bool source_seek(struct source *s, uint64_t offset, uint64_t line);

#endif
