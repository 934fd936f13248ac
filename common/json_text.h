/*
 * json_text: the texts of JSON without their quotes and escapes.
 *
 * The bytes must have passed json_scan before: nothing is checked here.
 */
#ifndef COMMON_JSON_TEXT_H
#define COMMON_JSON_TEXT_H

#include "common/buf.h"

/* Appends the text whose opening quote stands at `at`. Returns the byte after its closing quote. */
const char *json_text_decode(const char *at, struct buf *out);

#endif
