/*
 * buf: bytes that grow at the end.
 *
 * If an allocation fails, or the buffer would grow past `limit`, the append is dropped and `failed`
 * is set. So append freely and check `failed` once at the end. A zeroed struct is an empty buffer
 * without a limit.
 *
 *	struct buf out = { .limit = 1 << 20 };
 *	buf_text(&out, "{\"status\":");
 *	...
 *	if (out.failed) ...
 *	buf_fini(&out);
 */
#ifndef COMMON_BUF_H
#define COMMON_BUF_H

#include <string.h>

#include "common/span.h"

struct buf {
	char *bytes;
	size_t len, cap; /* cap is at most the limit */
	size_t limit;    /* 0: none */
	bool failed;
};

char *buf_make_room(struct buf *b, size_t len); /* only for buf_room */

/* These are inline because texts are mostly made of short constants. */

/* Returns room for `len` bytes after the end, without adding them to b->len; NULL if it fails. */
static inline char *buf_room(struct buf *b, size_t len)
{
	bool has_room = !b->failed && len <= b->cap - b->len;
	return has_room ? b->bytes + b->len : buf_make_room(b, len);
}

static inline void buf_put(struct buf *b, const void *bytes, size_t len)
{
	char *to = len ? buf_room(b, len) : NULL;
	if (!to)
		return;
	memcpy(to, bytes, len);
	b->len += len;
}

static inline void buf_byte(struct buf *b, char byte)
{
	if (!b->failed && b->len < b->cap)
		b->bytes[b->len++] = byte;
	else
		buf_put(b, &byte, 1);
}

static inline void buf_text(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text));
}

static inline void buf_span(struct buf *b, struct span s)
{
	buf_put(b, s.bytes, s.len);
}

void buf_append(struct buf *b, const struct buf *more); /* fails if `more` has failed */
void buf_int(struct buf *b, int64_t value);             /* decimal */
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

void buf_clear(struct buf *b);              /* empties; keeps the memory; resets `failed` */
void buf_reuse(struct buf *b, size_t kept); /* the same, but frees memory beyond `kept` bytes */
void buf_fini(struct buf *b);               /* frees; the struct may be used again */
struct span buf_view(const struct buf *b);

#endif
