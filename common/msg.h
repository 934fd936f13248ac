/*
 * msg: MessagePack in and out (https://github.com/msgpack/msgpack/blob/master/spec.md).
 *
 * Out: values are appended to a struct buf (by msgpack-c's packer).
 * In: a pull reader over borrowed bytes that allocates nothing, whatever a header claims.
 * Untrusted bytes go through msg_measure first: it walks one whole object without recursion
 * and bounds depth (16), every count (≤ bytes left), text (valid UTF-8, no NUL needed).
 * Extension types are refused. After it, msg_read can only fail on a wrong expectation.
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
	MSG_UINT, /* over INT64_MAX */
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

/* The next header, scalar or text. ST_MALFORMED at the end or on broken bytes. */
enum status msg_read(struct msg_reader *in, struct msg_token *out) MUST_CHECK;

/* Skips one whole value and returns its bytes in *out (may be NULL). */
enum status msg_skip(struct msg_reader *in, struct span *out) MUST_CHECK;

/* Checks the first object in `bytes` and gives its length. ST_MALFORMED with a reason. */
enum status msg_measure(struct span bytes, size_t *size, struct fail *why) MUST_CHECK;

/* Looks a text key up in a map value; ST_NOT_FOUND where absent or `map` is no map. */
enum status msg_find(struct span map, const char *key, struct span *value) MUST_CHECK;

/* msg_find plus reading a scalar or text; false where absent or of another type. */
bool msg_find_int(struct span map, const char *key, int64_t *out) MUST_CHECK;
bool msg_find_text(struct span map, const char *key, struct span *out) MUST_CHECK;

bool msg_is_nil(struct span value); /* also where it is empty: nothing was said */

/* Out. */
void msg_put_nil(struct buf *b);
void msg_put_bool(struct buf *b, bool value);
void msg_put_int(struct buf *b, int64_t value);
void msg_put_real(struct buf *b, double value);
void msg_put_text(struct buf *b, struct span text);
void msg_put_key(struct buf *b, const char *text); /* a NUL-terminated text */
void msg_put_array(struct buf *b, uint32_t count);
void msg_put_map(struct buf *b, uint32_t pairs);

/* A map or array whose count is known only at its end: reserves a 5-byte header (map32 or
 * array32), to be closed with the count. `mark` is b's offset. */
size_t msg_open_array(struct buf *b);
size_t msg_open_map(struct buf *b);
void msg_close(struct buf *b, size_t mark, uint32_t count);

#endif
