/*
 * buf: bytes that grow at the end.
 *
 * A failed allocation, or growth past `limit`, sets `failed` and drops what was to be
 * appended; the caller appends freely and looks once at the end. A zeroed struct is a valid
 * empty buffer without a limit.
 *
 *	struct buf out = { .limit = 1 << 20 };
 *	buf_text(&out, "{\"status\":");
 *	...
 *	if (out.failed) ...
 *	buf_fini(&out);
 */
#ifndef COMMON_BUF_H
#define COMMON_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes: not NUL-terminated, may hold NUL. */
struct span {
	const char *bytes;
	size_t len;
};

#define SPAN_INIT(literal)                     \
	{                                      \
		(literal), sizeof(literal) - 1 \
	} /* in a table */
#define SPAN(literal) ((struct span)SPAN_INIT(literal))

struct span span_of(const char *text); /* a NUL-terminated text; NULL is empty */
bool span_is(struct span s, const char *text);
bool span_is_nocase(struct span s, const char *text); /* ASCII */

/* Decimal digits, a minus before them or none; at most 18, so that it fits. */
bool span_to_int(struct span s, int64_t *out);

struct buf {
	char *bytes;
	size_t len, cap;
	size_t limit; /* 0: none */
	bool failed;
};

void buf_put(struct buf *b, const void *bytes, size_t len);
void buf_byte(struct buf *b, char byte);
void buf_text(struct buf *b, const char *text);
void buf_span(struct buf *b, struct span s);
void buf_append(struct buf *b, const struct buf *more); /* fails if `more` has failed */
void buf_int(struct buf *b, int64_t value);             /* decimal */
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for `len` bytes at the end, not yet counted in b->len; NULL where it can't be had. */
char *buf_room(struct buf *b, size_t len);

void buf_clear(struct buf *b); /* empties, keeps the memory, resets failed */
void buf_fini(struct buf *b);  /* frees; the struct is empty again */
struct span buf_view(const struct buf *b);

#endif
