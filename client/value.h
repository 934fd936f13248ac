/*
 * value: a decoded answer as a tree in two blocks of memory, its nodes and its texts.
 *
 * A container's children stand side by side, so that an index is one step; a map's are key,
 * value, key, value. The root is the first node.
 */
#ifndef CLIENT_VALUE_H
#define CLIENT_VALUE_H

#include "client/studytracker.h"
#include "common/msg.h"

struct study_value {
	enum study_type type;
	uint32_t count; /* elements, pairs, or bytes of the text */
	union {
		bool boolean;
		int64_t integer;
		double real;
		const char *text; /* NUL-terminated */
		const struct study_value *items;
	};
};

/* Nodes of one answer: what 16 bytes each may make of a peer's single byte is bounded. */
enum { VALUE_NODES_MAX = 1 << 22 };

/* Decodes one value that msg_measure has passed. PROTOCOL: over VALUE_NODES_MAX, or a map's key is
 * no text. NO_MEMORY. */
enum study_status value_decode(struct span bytes, struct study_value **out) MUST_CHECK;

#endif
