#include "common/json_text.h"

#include <stdint.h>
#include <string.h>

static uint32_t hex4(const char *digits)
{
	uint32_t value = 0;
	for (int i = 0; i < 4; i++) {
		uint32_t digit = (uint32_t)(unsigned char)digits[i];
		value = value * 16 + (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
	}
	return value;
}

static void put_utf8(struct buf *out, uint32_t point)
{
	if (point < 0x80) {
		buf_byte(out, (char)point);
		return;
	}
	unsigned more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
	static const unsigned char leads[] = { 0, 0xc0, 0xe0, 0xf0 };
	unsigned char bytes[4] = { (unsigned char)(leads[more] | point >> 6 * more) };
	for (unsigned i = 1; i <= more; i++)
		bytes[i] = (unsigned char)(0x80 | (point >> 6 * (more - i) & 0x3f));
	buf_put(out, bytes, more + 1);
}

/* `at` is after the backslash. json_scan has checked that surrogates come in pairs. */
static const char *decode_escape(const char *at, struct buf *out)
{
	static const char names[] = "bfnrt", bytes[] = "\b\f\n\r\t";
	char kind = *at++;
	const char *name = strchr(names, kind);
	if (kind != 'u') {
		buf_put(out, name ? bytes + (name - names) : &kind, 1);
		return at;
	}
	uint32_t point = hex4(at);
	at += 4;
	if (point >= 0xd800 && point <= 0xdbff) {
		point = 0x10000 + ((point - 0xd800) << 10) + (hex4(at + 2) - 0xdc00);
		at += 6;
	}
	put_utf8(out, point);
	return at;
}

const char *json_text_decode(const char *at, struct buf *out)
{
	for (at++; *at != '"';) {
		const char *run = at;
		while (*at != '"' && *at != '\\')
			at++;
		buf_put(out, run, (size_t)(at - run));
		if (*at == '\\')
			at = decode_escape(at + 1, out);
	}
	return at + 1;
}
