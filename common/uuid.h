/*
 * uuid: RFC 9562 identifiers as 16 bytes.
 */
#ifndef COMMON_UUID_H
#define COMMON_UUID_H

#include "common/buf.h"
#include "common/status.h"

enum { UUID_TEXT_LEN = 36 };

/* A version 7 UUID (section 5.7): Unix milliseconds, then a counter and random bits, so that
 * ids made by one process ascend. Random bytes come from getrandom(2), for some ids at a time,
 * and are used once. A zeroed struct is ready; not to be used on both sides of a fork. */
struct uuid_source {
	uint64_t last_ms;
	uint16_t counter;
	unsigned char random[250];
	unsigned char random_left;
};
void uuid_v7(struct uuid_source *source, unsigned char out[16]);

/* 36 characters, lower case, not NUL-terminated. */
void uuid_format(const unsigned char uuid[16], char out[UUID_TEXT_LEN]);

/* 8-4-4-4-12 hex digits of any case, nothing else (section 4). */
bool uuid_parse(struct span text, unsigned char out[16]) MUST_CHECK;

#endif
