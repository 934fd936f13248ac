/*
 * source: a file or pipe as bytes to look at, with where they stand. Bounded: it never holds more
 * than SOURCE_MAX.
 */
#ifndef STUDY_SOURCE_H
#define STUDY_SOURCE_H

#include "common/buf.h"

enum { SOURCE_MAX = 512 << 10 };

enum source_result {
	SOURCE_MORE,
	SOURCE_WAIT, /* a pipe has nothing now: poll fd */
	SOURCE_END,
	SOURCE_FULL,
	SOURCE_FAILED /* errno */
};

struct source {
	int fd;
	bool is_file; /* one that never waits */
	bool is_end;
	char *bytes;
	size_t start, end;
	uint64_t offset, line; /* of what comes next; lines count from 1 */
	bool is_after_cr;      /* what was taken ends with a CR, whose LF may come next */
};

/* "-" is standard input. False: errno. */
bool source_open(struct source *s, const char *path);
void source_close(struct source *s); /* also a zeroed one */

struct span source_view(const struct source *s);
enum source_result source_fill(struct source *s);

/* After SOURCE_WAIT: until there is something. */
void source_wait(const struct source *s);

/* Passes over so many of the bytes in view. */
void source_take(struct source *s, size_t len);

/* A file goes on from there. False: errno. */
bool source_seek(struct source *s, uint64_t offset, uint64_t line);

#endif
