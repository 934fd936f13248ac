/*
 * position: a position in the WAL of the database, on one timeline.
 *
 * Everything that was committed before the position is on each server that has replayed it. A
 * position on a newer timeline is after every position on an older one. {0} is no position.
 *
 *	position_put(&out, committed);                      [timeline, lsn] (schema/rpc.md)
 *	if (position_read(value, &committed)) ...
 *	position_put_text(&out, committed);                 TIMELINE-LSN (docs/scale.md)
 *	if (position_of_text(text, &committed)) ...
 *	position_advance(&newest, committed);
 */
#ifndef COMMON_POSITION_H
#define COMMON_POSITION_H

#include "common/buf.h"

enum { POSITION_SIZE_MAX = 19 }; /* bytes that position_put appends */

struct position {
	int64_t timeline; /* 0: no position */
	int64_t lsn;
};

static inline bool position_is_set(struct position p)
{
	return p.timeline > 0;
}

static inline bool position_is_before(struct position a, struct position b)
{
	return a.timeline != b.timeline ? a.timeline < b.timeline : a.lsn < b.lsn;
}

/* Sets *p to the later one. */
static inline void position_advance(struct position *p, struct position other)
{
	if (position_is_before(*p, other))
		*p = other;
}

void position_put(struct buf *out, struct position p);

/* Returns false, and leaves *out untouched, if the value is not a position. */
bool position_read(struct span value, struct position *out);

/* The same for the value of the key `position` of a map, which may be absent. */
bool position_find(struct span map, struct position *out);

/* Two decimal numbers, of at most 18 digits each when they are read. */
void position_put_text(struct buf *out, struct position p);
bool position_of_text(struct span text, struct position *out);

#endif
