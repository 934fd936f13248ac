#include "client/study/glyph.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "common/utf8.h"

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* The length of the sequence at `at`; 0 if it is not valid. */
static size_t sequence(const char *at)
{
	size_t len = strnlen(at, 4);
	for (size_t i = 1; i <= len; i++)
		if (utf8_is_valid(at, i))
			return i;
	return 0;
}

static uint32_t decode(const char *at, size_t len)
{
	static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t point = (unsigned char)*at & masks[len];
	for (size_t i = 1; i < len; i++)
		point = point << 6 | ((unsigned char)at[i] & 0x3f);
	return point;
}

/* True if the character moves the cursor, controls the terminal or reorders text. */
static bool is_harmful(uint32_t point)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x00, 0x1f },
		{ 0x7f, 0x9f },
		{ 0x061c, 0x061c },
		{ 0x200e, 0x200f },
		{ 0x2028, 0x202e },
		{ 0x2066, 0x206f },
		{ 0xfff9, 0xfffb },
		{ 0xfeff, 0xfeff },
		{ 0xe0000, 0xe007f },
	};
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (point >= ranges[i].first && point <= ranges[i].last)
			return true;
	return false;
}

const char *glyph_decode(const char *at, uint32_t *point, bool *is_harmful_out)
{
	size_t len = sequence(at);
	*point = len > 0 ? decode(at, len) : 0xfffd;
	*is_harmful_out = is_harmful(*point);
	return at + (len > 0 ? len : 1);
}

static void put(struct glyph *out, const char *bytes, size_t len, int columns)
{
	memcpy(out->bytes, bytes, len);
	out->len = len;
	out->columns = columns;
}

const char *glyph_next(const char *at, bool is_utf8, struct glyph *out)
{
	if (!*at)
		return NULL;
	size_t len = sequence(at);
	uint32_t point = len > 0 ? decode(at, len) : 0;
	if (*at == '\t' || *at == '\n' || *at == '\r')
		put(out, " ", 1, 1);
	else if (!is_utf8 && (is_harmful(point) || point > 0x7f))
		put(out, "?", 1, 1);
	else if (is_harmful(point))
		put(out, replacement, 3, 1);
	else {
		int columns = wcwidth((wchar_t)point);
		put(out, at, len, columns < 0 ? 1 : columns);
	}
	return at + (len > 0 ? len : 1);
}

int glyph_columns(const char *text, bool is_utf8)
{
	int columns = 0;
	for (struct glyph g; (text = glyph_next(text, is_utf8, &g));)
		columns += g.columns;
	return columns;
}

int glyph_fit(const char *text, bool is_utf8, int columns, char *out, size_t size)
{
	bool is_cut = glyph_columns(text, is_utf8) > columns;
	int room = is_cut ? columns - 1 : columns, used = 0;
	size_t len = 0;
	for (struct glyph g; (text = glyph_next(text, is_utf8, &g));) {
		if (used + g.columns > room || len + g.len + 4 > size) {
			is_cut = true;
			break;
		}
		memcpy(out + len, g.bytes, g.len);
		len += g.len;
		used += g.columns;
	}
	out[len] = '\0';
	if (!is_cut || columns < 1)
		return used;
	(void)snprintf(out + len, size - len, "%s", is_utf8 ? "\xe2\x80\xa6" : "~");
	return used + 1;
}
