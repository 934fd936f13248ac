/*
 * utf8: checks and measures text from outside (RFC 3629: no overlong forms, no surrogates, nothing
 * above U+10FFFF).
 */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True if the bytes are valid UTF-8. U+0000 is valid. */
bool utf8_is_valid(const char *bytes, size_t len);

/* The largest length up to `max` that ends between two characters. The input is valid UTF-8. */
size_t utf8_cut(const char *bytes, size_t len, size_t max);

/* Copies a name from outside for an error text: NUL-terminated, truncated to fit, '?' for control
 * bytes; only "?" if it is not valid UTF-8. */
void utf8_show(const char *bytes, size_t len, char *out, size_t size);

/* The number of code points of valid UTF-8. */
size_t utf8_length(const char *bytes, size_t len);

/* The code point at *at, which must be inside valid UTF-8; moves *at past it. */
uint32_t utf8_next(const char *bytes, size_t len, size_t *at);

/* Where the text begins and ends without its Unicode White_Space at both ends. */
size_t utf8_trim_start(const char *bytes, size_t len);
size_t utf8_trim_end(const char *bytes, size_t len);

#endif
