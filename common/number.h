/*
 * number: which whole number a number means: 30, 30.0 and 3e1 are one and the same.
 *
 * The one rule for HTTP, RPC and files.
 */
#ifndef COMMON_NUMBER_H
#define COMMON_NUMBER_H

#include "common/buf.h"

/* False where it has a fraction, or is beyond 2^53, from where a real no longer says which. */
bool number_of_real(double real, int64_t *out);

/* A number as JSON writes it (RFC 8259 section 6). False where the text is none, or is not whole. */
bool number_of_text(struct span text, int64_t *out);

#endif
