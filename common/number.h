/*
 * number: reads numbers in any notation: 30, 30.0 and 3e1 are the same whole number.
 *
 * HTTP, RPC and imported files all use this rule.
 */
#ifndef COMMON_NUMBER_H
#define COMMON_NUMBER_H

#include "common/buf.h"

/* False if the real has a fraction, or is beyond 2^53, where reals no longer hold every integer. */
bool number_of_real(double real, int64_t *out);

/* Reads a JSON number (RFC 8259 section 6). False if the text is not one, or is not whole. */
bool number_of_text(struct span text, int64_t *out);

/* Reads any JSON number. False if the text is not one, or is beyond the range of a double. */
bool number_real_of_text(struct span text, double *out);

#endif
