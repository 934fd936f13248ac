/*
 * uuid: RFC 9562 identifiers as 16 bytes.
 */
#ifndef COMMON_UUID_H
#define COMMON_UUID_H

#include "common/buf.h"
#include "common/status.h"

enum { UUID_TEXT_LEN = 36 };

/* Generates version 7 UUIDs (section 5.7): Unix milliseconds, then a counter and random bits, so
 * that the ids of one process ascend. Random bytes come from getrandom(2), for several ids at a
 * time, and are used once. A zeroed struct is ready. Do not use one source on both sides of a
 * fork. */
struct uuid_source {
	uint64_t last_ms;
	uint16_t counter;
	unsigned char random[250];
	unsigned char random_left;
};
void uuid_v7(struct uuid_source *source, unsigned char out[16]);

/* Writes 36 characters in lower case, without a NUL. */
void uuid_format(const unsigned char uuid[16], char out[UUID_TEXT_LEN]);

/* Reads 8-4-4-4-12 hexadecimal digits of any case and nothing else (section 4). */
bool uuid_parse(struct span text, unsigned char out[16]) MUST_CHECK;

#endif
