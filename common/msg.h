/*
 * msg: reads and writes MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md).
 *
 * Writing: functions append values to a struct buf (with msgpack-c's packer). Reading: a pull
 * reader over borrowed bytes. It never allocates, whatever count a header claims. Untrusted bytes
 * must pass msg_measure first. It walks one whole object without recursion and checks the depth (at
 * most 16), every count (at most the bytes that are left) and texts (valid UTF-8). It refuses
 * extension types. Afterwards msg_read fails only at the end.
 *
 *	size_t size;
 *	if (msg_measure(body, &size, &why) != ST_OK) ...
 *	struct msg_reader in = msg_reader((struct span){ body.bytes, size });
 *	struct msg_token t;
 *	while (msg_read(&in, &t) == ST_OK) ...
 */
#ifndef COMMON_MSG_H
#define COMMON_MSG_H

#include "common/buf.h"
#include "common/status.h"

enum { MSG_DEPTH_MAX = 16 };

enum msg_type {
	MSG_NIL,
	MSG_BOOL,
	MSG_INT,  /* fits int64_t */
	MSG_UINT, /* larger than INT64_MAX */
	MSG_REAL,
	MSG_TEXT,
	MSG_BIN,
	MSG_ARRAY,
	MSG_MAP
};

struct msg_token {
	enum msg_type type;
	union {
		bool boolean;
		int64_t integer;
		uint64_t big;
		double real;
		struct span text; /* TEXT and BIN: borrowed from the input */
		uint32_t count;   /* ARRAY: elements; MAP: pairs */
	};
};

struct msg_reader {
	const char *at, *end;
};

struct msg_reader msg_reader(struct span bytes);

/* Reads the next header, scalar or text. ST_MALFORMED at the end and for broken bytes: then the
 * reader stays, and *out means nothing. */
enum status msg_read(struct msg_reader *in, struct msg_token *out) MUST_CHECK;

/* Skips one whole value and sets *out to its bytes; `out` may be NULL. */
enum status msg_skip(struct msg_reader *in, struct span *out) MUST_CHECK;

/* Reads the next pair of a map whose header was read: its key, empty if that is not a text, and the
 * bytes of its value. ST_MALFORMED as msg_read. */
enum status msg_read_pair(struct msg_reader *in, struct span *key, struct span *value) MUST_CHECK;

/* Checks the first object in `bytes` and sets *size to its length. ST_MALFORMED with a reason. */
enum status msg_measure(struct span bytes, size_t *size, struct fail *why) MUST_CHECK;

/* Finds the value of a text key in a map. ST_NOT_FOUND: no such key, or `map` is not a map. */
enum status msg_find(struct span map, const char *key, struct span *value) MUST_CHECK;

/* msg_find for an integer or a text; false if it is absent or of another type. */
bool msg_find_int(struct span map, const char *key, int64_t *out) MUST_CHECK;
bool msg_find_text(struct span map, const char *key, struct span *out) MUST_CHECK;

bool msg_is_nil(struct span value); /* true for an empty span, too */

/* Writing. */
void msg_put_nil(struct buf *b);
void msg_put_bool(struct buf *b, bool value);
void msg_put_int(struct buf *b, int64_t value);
void msg_put_real(struct buf *b, double value);
void msg_put_text(struct buf *b, struct span text);
void msg_put_key(struct buf *b, const char *text); /* NUL-terminated */
void msg_put_array(struct buf *b, uint32_t count);
void msg_put_map(struct buf *b, uint32_t pairs);

/* For a map, array or text whose count (of a text: its bytes) is known only at its end: reserves a
 * 5-byte header (map32, array32 or str32) and returns its offset, the mark. msg_close writes the
 * count into it. */
size_t msg_open_array(struct buf *b);
size_t msg_open_map(struct buf *b);
size_t msg_open_text(struct buf *b);
void msg_close(struct buf *b, size_t mark, uint32_t count);

#endif
