/*
 * span: borrowed bytes.
 *
 * A span that is taken from another borrows the same bytes; nothing is copied. Comparisons without
 * case are those of ASCII.
 *
 *	struct span list = SPAN("close ,\tx");
 *	struct span member = span_trim(span_cut(&list, ','));     "close", and list is "\tx"
 */
#ifndef COMMON_SPAN_H
#define COMMON_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* Not NUL-terminated; may hold NUL. */
struct span {
	const char *bytes;
	size_t len;
};

#define SPAN_INIT(literal)                     \
	{                                      \
		(literal), sizeof(literal) - 1 \
	} /* for tables */
#define SPAN(literal) ((struct span)SPAN_INIT(literal))

/* Of a NUL-terminated text; NULL is empty. */
static inline struct span span_of(const char *text)
{
	return (struct span){ text, text ? strlen(text) : 0 };
}

static inline bool span_equals(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.bytes, b.bytes, a.len) == 0);
}

/* Inline always, so that the length of a constant costs nothing. */
__attribute__((always_inline)) static inline bool span_is(struct span s, const char *text)
{
	return span_equals(s, span_of(text));
}

static inline bool span_equals_nocase(struct span a, struct span b)
{
	/* strncasecmp must not see NULL, which an empty span can hold */
	return a.len == b.len && (a.len == 0 || strncasecmp(a.bytes, b.bytes, a.len) == 0);
}

static inline bool span_is_nocase(struct span s, const char *text)
{
	return span_equals_nocase(s, span_of(text));
}

/* Whether it is one of the texts, up to a NULL. A list that is NULL has none. */
bool span_is_any(struct span s, const char *const *texts);

static inline bool span_has(struct span s, char byte)
{
	return s.len > 0 && memchr(s.bytes, byte, s.len);
}

static inline struct span span_first(struct span s, size_t count)
{
	return (struct span){ s.bytes, count };
}

static inline struct span span_drop(struct span s, size_t count)
{
	/* nothing, not even 0, may be added to NULL, which an empty span can hold */
	return count ? (struct span){ s.bytes + count, s.len - count } : s;
}

/* Without the spaces and tabs around it. */
static inline struct span span_trim(struct span s)
{
	while (s.len && (*s.bytes == ' ' || *s.bytes == '\t'))
		s = span_drop(s, 1);
	while (s.len && (s.bytes[s.len - 1] == ' ' || s.bytes[s.len - 1] == '\t'))
		s.len--;
	return s;
}

/* Returns the bytes before `mark`, or all if there is none, and drops them and the mark from
 * *rest. */
struct span span_cut(struct span *rest, char mark);

/* Reads decimal digits with an optional minus; at most 18 digits, so that the value fits. */
bool span_to_int(struct span s, int64_t *out);

#endif
