/*
 * utf8: the one check of text from outside (RFC 3629: no overlong forms, no surrogates,
 * nothing over U+10FFFF).
 */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True where `len` bytes are valid UTF-8. U+0000 is valid UTF-8. */
bool utf8_is_valid(const char *bytes, size_t len);

/* The most bytes, up to `max`, that end between two characters of valid UTF-8. */
size_t utf8_cut(const char *bytes, size_t len, size_t max);

/* A name from outside as it can stand in an error text: NUL-terminated, cut to fit, '?' for
 * control bytes; "?" where it is not valid UTF-8. */
void utf8_show(const char *bytes, size_t len, char *out, size_t size);

/* Code points in valid UTF-8. */
size_t utf8_length(const char *bytes, size_t len);

/* The code point at *at of valid UTF-8, which has one there; *at moves behind it. */
uint32_t utf8_next(const char *bytes, size_t len, size_t *at);

/* Offset of the first byte that is not Unicode White_Space, and the end without such. */
size_t utf8_trim_start(const char *bytes, size_t len);
size_t utf8_trim_end(const char *bytes, size_t len);

#endif
