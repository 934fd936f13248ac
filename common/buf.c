#include "common/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 256 };

static bool grow(struct buf *b, size_t need)
{
	if (b->limit && need > b->limit)
		return false;
	size_t cap = b->cap ? b->cap : SMALLEST;
	while (cap < need)
		cap *= 2;
	if (b->limit && cap > b->limit)
		cap = b->limit;
	char *bytes = realloc(b->bytes, cap);
	if (!bytes)
		return false;
	b->bytes = bytes;
	b->cap = cap;
	return true;
}

char *buf_make_room(struct buf *b, size_t len)
{
	if (b->failed || len > SIZE_MAX / 4 - b->len
		|| (b->len + len > b->cap && !grow(b, b->len + len))) {
		b->failed = true;
		return NULL;
	}
	return b->bytes + b->len;
}

void buf_append(struct buf *b, const struct buf *more)
{
	buf_put(b, more->bytes, more->len);
	b->failed |= more->failed;
}

void buf_int(struct buf *b, int64_t value)
{
	char digits[20], *at = digits + sizeof digits;
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	do
		*--at = (char)('0' + rest % 10);
	while (rest /= 10);
	if (value < 0)
		*--at = '-';
	buf_put(b, at, (size_t)(digits + sizeof digits - at));
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	char *to = len < 0 ? NULL : buf_room(b, (size_t)len + 1);
	if (to) {
		(void)vsnprintf(to, (size_t)len + 1, format, again);
		b->len += (size_t)len;
	}
	va_end(again);
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
}

void buf_reuse(struct buf *b, size_t kept)
{
	if (b->cap > kept)
		buf_fini(b);
	buf_clear(b);
}

void buf_fini(struct buf *b)
{
	free(b->bytes);
	*b = (struct buf){ .limit = b->limit };
}

struct span buf_view(const struct buf *b)
{
	return (struct span){ b->bytes, b->len };
}
