/*
 * json_text: decodes JSON strings: removes their quotes and escapes.
 *
 * The input must have passed json_scan, because nothing is checked here.
 */
#ifndef COMMON_JSON_TEXT_H
#define COMMON_JSON_TEXT_H

#include "common/buf.h"

/* Appends the decoded string whose opening quote is at `at`. Returns the byte after its closing
 * quote. */
const char *json_text_decode(const char *at, struct buf *out);

#endif
