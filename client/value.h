/*
 * value: a decoded response as a tree in one block of memory: its nodes, then its texts.
 *
 * The children of a container are adjacent, so that an index takes one step; those of a map are
 * key, value, key, value. The root is the first node.
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

/* Nodes of one response. A node takes 16 bytes of memory for as little as one byte of input, so
 * their number is limited. */
enum { VALUE_NODES_MAX = 1 << 22 };

/* Decodes one value, which must have passed msg_measure. PROTOCOL: more than VALUE_NODES_MAX nodes,
 * or a key of a map is not a text. NO_MEMORY. */
enum study_status value_decode(struct span bytes, struct study_value **out) MUST_CHECK;

#endif
