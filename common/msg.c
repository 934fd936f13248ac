#include "common/msg.h"

#include <assert.h>
#include <string.h>

#include "common/utf8.h"

struct msg_reader msg_reader(struct span bytes)
{
	return (struct msg_reader){ bytes.bytes,
		bytes.len ? bytes.bytes + bytes.len : bytes.bytes };
}

/* The header bytes from 0xc0 to 0xdf: the forms with a width. */

static const struct head {
	bool is_known;
	enum msg_type type;
	unsigned char width; /* bytes of the number after the header byte */
	bool is_signed;
} head_table[32] = {
	[0xc0 - 0xc0] = { true, MSG_NIL, 0, false },
	[0xc2 - 0xc0] = { true, MSG_BOOL, 0, false },
	[0xc3 - 0xc0] = { true, MSG_BOOL, 0, false },
	[0xc4 - 0xc0] = { true, MSG_BIN, 1, false },
	[0xc5 - 0xc0] = { true, MSG_BIN, 2, false },
	[0xc6 - 0xc0] = { true, MSG_BIN, 4, false },
	[0xca - 0xc0] = { true, MSG_REAL, 4, false },
	[0xcb - 0xc0] = { true, MSG_REAL, 8, false },
	[0xcc - 0xc0] = { true, MSG_INT, 1, false },
	[0xcd - 0xc0] = { true, MSG_INT, 2, false },
	[0xce - 0xc0] = { true, MSG_INT, 4, false },
	[0xcf - 0xc0] = { true, MSG_INT, 8, false },
	[0xd0 - 0xc0] = { true, MSG_INT, 1, true },
	[0xd1 - 0xc0] = { true, MSG_INT, 2, true },
	[0xd2 - 0xc0] = { true, MSG_INT, 4, true },
	[0xd3 - 0xc0] = { true, MSG_INT, 8, true },
	[0xd9 - 0xc0] = { true, MSG_TEXT, 1, false },
	[0xda - 0xc0] = { true, MSG_TEXT, 2, false },
	[0xdb - 0xc0] = { true, MSG_TEXT, 4, false },
	[0xdc - 0xc0] = { true, MSG_ARRAY, 2, false },
	[0xdd - 0xc0] = { true, MSG_ARRAY, 4, false },
	[0xde - 0xc0] = { true, MSG_MAP, 2, false },
	[0xdf - 0xc0] = { true, MSG_MAP, 4, false },
};

static uint64_t big_endian(const char *bytes, unsigned width)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < width; i++)
		value = value << 8 | (unsigned char)bytes[i];
	return value;
}

static int64_t sign_extended(uint64_t value, unsigned width)
{
	assert(width > 0 && width <= sizeof value);
	uint64_t sign = (uint64_t)1 << (8 * width - 1);
	return (int64_t)((value ^ sign) - sign);
}

static double real_of(uint64_t bits, unsigned width)
{
	uint32_t half = (uint32_t)bits;
	float narrow;
	double wide;
	if (width == sizeof narrow) {
		memcpy(&narrow, &half, sizeof narrow);
		return (double)narrow;
	}
	memcpy(&wide, &bits, sizeof wide);
	return wide;
}

/* Checks a count against the input: texts and bins are in it, an element takes at least one byte
 * and a pair two. */
static enum status take_sized(struct msg_reader *in, uint64_t count, struct msg_token *t)
{
	uint64_t left = (uint64_t)(in->end - in->at);
	if (count > (t->type == MSG_MAP ? left / 2 : left))
		return ST_MALFORMED;
	if (t->type == MSG_ARRAY || t->type == MSG_MAP) {
		t->count = (uint32_t)count;
		return ST_OK;
	}
	t->text = (struct span){ in->at, (size_t)count };
	in->at += count;
	return ST_OK;
}

static void take_integer(uint64_t bits, const struct head *head, struct msg_token *t)
{
	if (!head->is_signed && bits > INT64_MAX) {
		t->type = MSG_UINT;
		t->big = bits;
		return;
	}
	t->integer = head->is_signed ? sign_extended(bits, head->width) : (int64_t)bits;
}

static enum status take_long_form(struct msg_reader *in, unsigned char first, struct msg_token *t)
{
	const struct head *head = &head_table[first - 0xc0];
	if (!head->is_known || in->end - in->at < head->width)
		return ST_MALFORMED;
	uint64_t number = big_endian(in->at, head->width);
	in->at += head->width;
	t->type = head->type;
	switch (head->type) {
	case MSG_NIL:
		return ST_OK;
	case MSG_BOOL:
		t->boolean = first == 0xc3;
		return ST_OK;
	case MSG_REAL:
		t->real = real_of(number, head->width);
		return ST_OK;
	case MSG_INT:
	case MSG_UINT:
		take_integer(number, head, t);
		return ST_OK;
	case MSG_TEXT:
	case MSG_BIN:
	case MSG_ARRAY:
	case MSG_MAP:
		break;
	}
	return take_sized(in, number, t);
}

/* The most frequent forms are short texts and nil. */
static inline enum status take_token(struct msg_reader *in, struct msg_token *t)
{
	if (in->at >= in->end)
		return ST_MALFORMED;
	unsigned char first = (unsigned char)*in->at++;
	if (first >= 0xa0 && first < 0xc0) {
		size_t len = first & 0x1fU;
		if (len > (size_t)(in->end - in->at))
			return ST_MALFORMED;
		t->type = MSG_TEXT;
		t->text = (struct span){ in->at, len };
		in->at += len;
		return ST_OK;
	}
	if (first == 0xc0) {
		t->type = MSG_NIL;
		return ST_OK;
	}
	if (first == 0xd9 && in->at < in->end) { /* an id or an instant */
		t->type = MSG_TEXT;
		return take_sized(in, (unsigned char)*in->at++, t);
	}
	if (first > 0xc0 && first < 0xe0)
		return take_long_form(in, first, t);
	if (first < 0x80 || first >= 0xe0) {
		t->type = MSG_INT;
		t->integer = (int8_t)first; /* NOLINT(bugprone-signed-char-misuse): -32 to 127 */
		return ST_OK;
	}
	t->type = first >= 0x90 ? MSG_ARRAY : MSG_MAP;
	return take_sized(in, first & 0x0fU, t);
}

enum status msg_read(struct msg_reader *in, struct msg_token *out)
{
	const char *start = in->at;
	enum status st = take_token(in, out);
	if (st != ST_OK)
		in->at = start;
	return st;
}

static inline uint64_t children_of(const struct msg_token *t)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): it was read */
	return t->type == MSG_ARRAY ? t->count : t->type == MSG_MAP ? 2 * (uint64_t)t->count : 0;
}

/* Each open container needs at least one byte per missing element. So the sum of all missing
 * elements is at most the bytes that are left, and cannot overflow. */
enum status msg_skip(struct msg_reader *in, struct span *out)
{
	struct msg_reader at = *in;
	uint64_t expected = 1;
	while (expected > 0) {
		struct msg_token token;
		if (take_token(&at, &token) != ST_OK)
			return ST_MALFORMED;
		expected += children_of(&token) - 1;
		if (expected > (uint64_t)(at.end - at.at))
			return ST_MALFORMED;
	}
	if (out)
		*out = (struct span){ in->at, (size_t)(at.at - in->at) };
	*in = at;
	return ST_OK;
}

static inline enum status measure_token(
	struct msg_reader *at, struct msg_token *token, struct fail *why)
{
	if (at->at < at->end && (unsigned char)*at->at == 0xc1)
		return fail_set(why, ST_MALFORMED, "MessagePack: the byte 0xc1 is never used");
	if (take_token(at, token) != ST_OK)
		return fail_set(why, ST_MALFORMED,
			"MessagePack: truncated, an extension type, or a count larger than the "
			"remaining bytes");
	if (token->type == MSG_TEXT && !utf8_is_valid(token->text.bytes, token->text.len))
		return fail_set(why, ST_MALFORMED, "MessagePack: a text is not valid UTF-8");
	return ST_OK;
}

enum status msg_measure(struct span bytes, size_t *size, struct fail *why)
{
	struct msg_reader at = msg_reader(bytes);
	uint64_t outer[MSG_DEPTH_MAX], left = 1; /* elements of each open container */
	size_t depth = 0;
	for (;;) {
		struct msg_token token;
		while (left == 0 && depth > 0)
			left = outer[--depth];
		if (left == 0)
			break;
		left--;
		enum status st = measure_token(&at, &token, why);
		if (st != ST_OK)
			return st;
		if (children_of(&token) == 0)
			continue;
		if (depth == MSG_DEPTH_MAX)
			return fail_set(why, ST_MALFORMED, "MessagePack: nested deeper than %d",
				MSG_DEPTH_MAX);
		outer[depth++] = left;
		left = children_of(&token);
	}
	*size = (size_t)(at.at - bytes.bytes);
	return ST_OK;
}

enum status msg_read_pair(struct msg_reader *in, struct span *key, struct span *value)
{
	struct msg_reader at = *in, name = *in;
	struct msg_token token;
	struct span found;
	if (take_token(&name, &token) != ST_OK)
		return ST_MALFORMED;
	if (token.type == MSG_TEXT)
		at = name;
	else if (msg_skip(&at, NULL) != ST_OK)
		return ST_MALFORMED;
	if (msg_skip(&at, &found) != ST_OK)
		return ST_MALFORMED;
	*key = token.type == MSG_TEXT ? token.text : (struct span){ 0 };
	*value = found;
	*in = at;
	return ST_OK;
}

enum status msg_find(struct span map, const char *key, struct span *value)
{
	struct msg_reader in = msg_reader(map);
	struct msg_token head;
	struct span name, found;
	if (msg_read(&in, &head) != ST_OK || head.type != MSG_MAP)
		return ST_NOT_FOUND;
	for (uint32_t i = 0; i < head.count && msg_read_pair(&in, &name, &found) == ST_OK; i++)
		if (span_is(name, key)) {
			*value = found;
			return ST_OK;
		}
	return ST_NOT_FOUND;
}

static bool find_token(
	struct span map, const char *key, enum msg_type type, struct msg_token *token)
{
	struct span value;
	if (msg_find(map, key, &value) != ST_OK)
		return false;
	struct msg_reader in = msg_reader(value);
	return msg_read(&in, token) == ST_OK && token->type == type;
}

bool msg_find_int(struct span map, const char *key, int64_t *out)
{
	struct msg_token token;
	if (!find_token(map, key, MSG_INT, &token))
		return false;
	*out = token.integer;
	return true;
}

bool msg_find_text(struct span map, const char *key, struct span *out)
{
	struct msg_token token;
	if (!find_token(map, key, MSG_TEXT, &token))
		return false;
	*out = token.text;
	return true;
}

bool msg_is_nil(struct span value)
{
	return value.len == 0 || (value.len == 1 && (unsigned char)value.bytes[0] == 0xc0);
}
