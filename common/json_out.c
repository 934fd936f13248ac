#include "common/json_out.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Characters to escape (RFC 8259 section 7): 'u' means \u00XX, 0 means no escape. */
static const char escape_table[256] = {
	['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't',
	[0x00] = 'u', [0x01] = 'u', [0x02] = 'u', [0x03] = 'u', [0x04] = 'u', [0x05] = 'u', [0x06] = 'u',
	[0x07] = 'u', [0x0b] = 'u', [0x0e] = 'u', [0x0f] = 'u', [0x10] = 'u', [0x11] = 'u', [0x12] = 'u',
	[0x13] = 'u', [0x14] = 'u', [0x15] = 'u', [0x16] = 'u', [0x17] = 'u', [0x18] = 'u', [0x19] = 'u',
	[0x1a] = 'u', [0x1b] = 'u', [0x1c] = 'u', [0x1d] = 'u', [0x1e] = 'u', [0x1f] = 'u',
};

static void put_escape(struct buf *out, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";
	char escape[6] = { '\\', escape_table[c], '0', '0', digits[c >> 4], digits[c & 15] };
	buf_put(out, escape, escape[1] == 'u' ? sizeof escape : 2);
}

/* Whether one of eight bytes must be escaped. A byte below 0x80 is less than n if byte - n has its top
 * bit; a borrow comes only from such a byte. XOR with 2 exchanges the quote, 0x22, with the blank:
 * then it follows the control bytes. */
static bool has_escape(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t below = (word ^ ones * 2) - ones * 0x21, backslash = (word ^ ones * '\\') - ones;
	return ((below | backslash) & ~word & ones * 0x80) != 0;
}

/* Copies the bytes at the start that need no escape, eight at a time; returns their count. The last
 * eight bytes overlap the eight before them. */
static size_t copy_plain(char *to, const char *bytes, size_t len)
{
	uint64_t word;
	size_t done = 0;
	while (done < len && len >= sizeof word) {
		size_t at = done + sizeof word <= len ? done : len - sizeof word;
		memcpy(&word, bytes + at, sizeof word);
		if (has_escape(word))
			break;
		memcpy(to + at, &word, sizeof word);
		done = at + sizeof word;
	}
	for (; done < len && !escape_table[(unsigned char)bytes[done]]; done++)
		to[done] = bytes[done];
	return done;
}

/* Copies whole runs, because escapes are rare. */
static void put_escaped(struct buf *out, struct span text)
{
	while (text.len > 0) {
		char *to = buf_room(out, text.len);
		if (!to)
			return;
		size_t run = copy_plain(to, text.bytes, text.len);
		out->len += run;
		if (run == text.len)
			return;
		put_escape(out, (unsigned char)text.bytes[run]);
		text = span_drop(text, run + 1);
	}
}

void json_out_text(struct buf *out, struct span text)
{
	buf_byte(out, '"');
	put_escaped(out, text);
	buf_byte(out, '"');
}

/* 17 digits are always enough. */
void json_out_real(struct buf *out, double real)
{
	char text[32];
	int digits = 15, len;
	if (!isfinite(real)) {
		buf_text(out, "null");
		return;
	}
	do
		len = snprintf(text, sizeof text, "%.*g", digits, real);
	while (strtod(text, NULL) != real && ++digits <= 17);
	buf_put(out, text, (size_t)len);
}

static void put_unsigned(struct buf *out, uint64_t value)
{
	char text[24];
	int len = snprintf(text, sizeof text, "%llu", (unsigned long long)value);
	buf_put(out, text, (size_t)len);
}

static void put_scalar(struct buf *out, const struct msg_token *t)
{
	switch (t->type) {
	case MSG_BOOL:
		buf_text(out, t->boolean ? "true" : "false");
		break;
	case MSG_INT:
		buf_int(out, t->integer);
		break;
	case MSG_UINT:
		put_unsigned(out, t->big);
		break;
	case MSG_REAL:
		json_out_real(out, t->real);
		break;
	case MSG_TEXT:
		json_out_text(out, t->text);
		break;
	case MSG_NIL:
	case MSG_BIN:
	case MSG_ARRAY:
	case MSG_MAP:
		buf_text(out, "null");
	}
}

static void put_value(struct buf *out, struct msg_reader *in, int depth);

static void put_array(struct buf *out, struct msg_reader *in, uint32_t count, int depth)
{
	buf_byte(out, '[');
	for (uint32_t i = 0; i < count && in->at < in->end; i++) {
		if (i > 0)
			buf_byte(out, ',');
		put_value(out, in, depth);
	}
	buf_byte(out, ']');
}

static bool skip_pair(struct msg_reader *in)
{
	enum status name = msg_skip(in, NULL);
	return name == ST_OK && msg_skip(in, NULL) == ST_OK;
}

static void put_map(struct buf *out, struct msg_reader *in, uint32_t pairs, int depth)
{
	char separator = '{';
	for (uint32_t i = 0; i < pairs && in->at < in->end; i++) {
		struct msg_token key;
		struct msg_reader before = *in;
		if (msg_read(in, &key) != ST_OK || key.type != MSG_TEXT) {
			*in = before;
			if (!skip_pair(in))
				break;
			continue;
		}
		json_out_key(out, separator, key.text);
		put_value(out, in, depth);
		separator = ',';
	}
	buf_text(out, separator == '{' ? "{}" : "}");
}

static void put_token(
	struct buf *out, const struct msg_token *t, struct msg_reader *in, int depth)
{
	if (t->type == MSG_ARRAY)
		put_array(out, in, t->count, depth + 1);
	else if (t->type == MSG_MAP)
		put_map(out, in, t->count, depth + 1);
	else
		put_scalar(out, t);
}

/* An unreadable value ends the input, so that the loops above end, too. */
static void put_value(struct buf *out, struct msg_reader *in, int depth)
{
	struct msg_token t;
	if (depth > MSG_DEPTH_MAX || msg_read(in, &t) != ST_OK) {
		in->at = in->end;
		buf_text(out, "null");
	} else {
		put_token(out, &t, in, depth);
	}
}

void json_out_key(struct buf *out, char separator, struct span key)
{
	const char start[] = { separator, '"' };
	buf_put(out, start, sizeof start);
	put_escaped(out, key);
	buf_text(out, "\":");
}

void json_out_token(struct buf *out, const struct msg_token *t, struct msg_reader *in)
{
	put_token(out, t, in, 0);
}

void json_out_next(struct buf *out, struct msg_reader *in)
{
	put_value(out, in, 0);
}

void json_out_value(struct buf *out, struct span value)
{
	struct msg_reader in = msg_reader(value);
	put_value(out, &in, 0);
}
