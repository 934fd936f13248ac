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

/* Whether one of eight bytes must be escaped. A byte below 0x80 is less than n if byte - n has its
 * top bit; a borrow comes only from such a byte. XOR with 2 exchanges the quote, 0x22, with the
 * blank: then it follows the control bytes. */
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

/* Most texts have nothing to escape: then the quotes go with them. */
void json_out_text(struct buf *out, struct span text)
{
	char *to = buf_room(out, text.len + 2);
	if (!to)
		return;
	size_t run = copy_plain(to + 1, text.bytes, text.len);
	bool is_whole = run == text.len;
	to[0] = '"';
	to[1 + run] = '"';
	out->len += 1 + run + is_whole;
	if (is_whole)
		return;
	put_escaped(out, span_drop(text, run));
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

/* The maps of an array mostly have the same keys in the same order. So a key is copied from the map
 * before, if that had it at the same place. */
struct key {
	struct span packed; /* in the input */
	size_t at, len;     /* in the output, with its quotes and colon */
};

enum { KEYS_MAX = 32 };

struct keys {
	uint32_t count;
	struct key known[KEYS_MAX];
};

struct writer {
	struct buf *out;
	struct msg_reader *in;
	int depth;
};

/* A map may have the keys of `keys`; NULL: none are known. */
static void put_value(struct writer *w, struct keys *keys);

static void put_elements(struct writer *w, uint32_t count)
{
	struct keys keys;
	keys.count = 0; /* the rest needs no value */
	for (uint32_t i = 0; i < count && w->in->at < w->in->end; i++) {
		if (i > 0)
			buf_byte(w->out, ',');
		put_value(w, &keys);
	}
}

static void put_array(struct writer *w, uint32_t count)
{
	buf_byte(w->out, '[');
	put_elements(w, count);
	buf_byte(w->out, ']');
}

static bool is_next(const struct msg_reader *in, const struct key *k)
{
	return (size_t)(in->end - in->at) >= k->packed.len
	       && memcmp(in->at, k->packed.bytes, k->packed.len) == 0;
}

/* The room may move the bytes of the output. */
static void copy_key(struct writer *w, const struct key *k)
{
	char *to = buf_room(w->out, k->len);
	w->in->at += k->packed.len;
	if (!to)
		return;
	memcpy(to, w->out->bytes + k->at, k->len);
	w->out->len += k->len;
}

/* Writes the key at index `i` of a map. Returns false, having read nothing, if it is not a text. */
static bool put_key(struct writer *w, uint32_t i, char separator, struct keys *keys)
{
	if (keys && i < keys->count && is_next(w->in, &keys->known[i])) {
		buf_byte(w->out, separator);
		copy_key(w, &keys->known[i]);
		return true;
	}
	struct msg_reader start = *w->in;
	struct msg_token t;
	if (msg_read(w->in, &t) != ST_OK || t.type != MSG_TEXT) {
		*w->in = start;
		return false;
	}
	struct key key = { { start.at, (size_t)(w->in->at - start.at) }, w->out->len + 1, 0 };
	json_out_key(w->out, separator, t.text);
	key.len = w->out->len - key.at; /* wrong if `out` has failed: then nothing is copied */
	if (keys && i == keys->count && i < KEYS_MAX)
		keys->known[keys->count++] = key;
	return true;
}

static bool skip_pair(struct msg_reader *in)
{
	enum status name = msg_skip(in, NULL);
	return name == ST_OK && msg_skip(in, NULL) == ST_OK;
}

static void put_map(struct writer *w, uint32_t pairs, struct keys *keys)
{
	char separator = '{';
	for (uint32_t i = 0; i < pairs && w->in->at < w->in->end; i++) {
		if (!put_key(w, i, separator, keys)) {
			if (!skip_pair(w->in))
				break;
			continue;
		}
		put_value(w, NULL);
		separator = ',';
	}
	buf_text(w->out, separator == '{' ? "{}" : "}");
}

static void put_token(struct writer *w, const struct msg_token *t, struct keys *keys)
{
	w->depth++;
	if (t->type == MSG_ARRAY)
		put_array(w, t->count);
	else if (t->type == MSG_MAP)
		put_map(w, t->count, keys);
	else
		put_scalar(w->out, t);
	w->depth--;
}

/* An unreadable value ends the input, so that the loops above end, too. */
static void put_value(struct writer *w, struct keys *keys)
{
	struct msg_token t;
	if (w->depth > MSG_DEPTH_MAX || msg_read(w->in, &t) != ST_OK) {
		w->in->at = w->in->end;
		buf_text(w->out, "null");
	} else {
		put_token(w, &t, keys);
	}
}

void json_out_key(struct buf *out, char separator, struct span key)
{
	char *to = buf_room(out, key.len + 4);
	if (!to)
		return;
	if (copy_plain(to + 2, key.bytes, key.len) < key.len) {
		buf_byte(out, separator);
		json_out_text(out, key);
		buf_byte(out, ':');
		return;
	}
	to[0] = separator;
	to[1] = to[key.len + 2] = '"';
	to[key.len + 3] = ':';
	out->len += key.len + 4;
}

void json_out_token(struct buf *out, const struct msg_token *t, struct msg_reader *in)
{
	struct writer w = { out, in, 0 };
	put_token(&w, t, NULL);
}

void json_out_elements(struct buf *out, uint32_t count, struct msg_reader *in)
{
	struct writer w = { out, in, 1 };
	put_elements(&w, count);
}

void json_out_value(struct buf *out, struct span value)
{
	struct msg_reader in = msg_reader(value);
	struct writer w = { out, &in, 0 };
	put_value(&w, NULL);
}
