#include "common/utf8.h"

#include <stdint.h>
#include <string.h>

/* Most text is ASCII, so it checks eight bytes at a time. */
static size_t ascii_run(const unsigned char *at, const unsigned char *end)
{
	const unsigned char *start = at;
	for (; end - at >= 8; at += 8) {
		uint64_t word;
		memcpy(&word, at, sizeof word);
		if (word & 0x8080808080808080u)
			break;
	}
	while (at < end && *at < 0x80)
		at++;
	return (size_t)(at - start);
}

/* Length of the sequence at `at`; 0 if it is not valid (RFC 3629 section 4). */
static size_t sequence(const unsigned char *at, const unsigned char *end)
{
	/* range of the first byte, range of the second byte, length */
	static const struct {
		unsigned char first, last, low, high, len;
	} table[] = {
		{ 0x00, 0x7f, 0, 0, 1 },
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		size_t len = table[i].len;
		if (*at < table[i].first || *at > table[i].last)
			continue;
		if ((size_t)(end - at) < len
			|| (len > 1 && (at[1] < table[i].low || at[1] > table[i].high)))
			return 0;
		for (size_t k = 2; k < len; k++)
			if ((at[k] & 0xc0) != 0x80)
				return 0;
		return len;
	}
	return 0;
}

/* The last eight bytes overlap the word before them. */
static bool is_ascii(const char *bytes, size_t len)
{
	uint64_t word, all = 0;
	for (size_t i = 0; i + sizeof word <= len; i += sizeof word) {
		memcpy(&word, bytes + i, sizeof word);
		all |= word;
	}
	if (len >= sizeof word) {
		memcpy(&word, bytes + len - sizeof word, sizeof word);
		all |= word;
	} else {
		for (size_t i = 0; i < len; i++)
			all |= (unsigned char)bytes[i];
	}
	return !(all & 0x8080808080808080u);
}

bool utf8_is_valid(const char *bytes, size_t len)
{
	if (is_ascii(bytes, len)) /* also if bytes is NULL, to which nothing may be added */
		return true;
	const unsigned char *at = (const unsigned char *)bytes, *end = at + len;
	while (at < end) {
		at += ascii_run(at, end);
		if (at == end)
			break;
		size_t step = sequence(at, end);
		if (step == 0)
			return false;
		at += step;
	}
	return true;
}

size_t utf8_cut(const char *bytes, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 0 && ((unsigned char)bytes[max] & 0xc0) == 0x80)
		max--;
	return max;
}

void utf8_show(const char *bytes, size_t len, char *out, size_t size)
{
	bool is_text = utf8_is_valid(bytes, len);
	size_t shown = is_text ? utf8_cut(bytes, len, size - 1) : 1;
	for (size_t i = 0; i < shown; i++)
		out[i] = bytes[i];
	for (size_t i = 0; i < shown; i++)
		if (!is_text || (unsigned char)out[i] < ' ' || out[i] == 0x7f)
			out[i] = '?';
	out[shown] = '\0';
}

size_t utf8_length(const char *bytes, size_t len)
{
	size_t count = 0;
	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)bytes[i] & 0xc0) != 0x80;
	return count;
}

uint32_t utf8_next(const char *bytes, size_t len, size_t *at)
{
	static const unsigned char payload[] = { 0x7f, 0x3f, 0x1f, 0x0f, 0x07 };
	unsigned char first = (unsigned char)bytes[*at];
	size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	uint32_t c = first & payload[size == 1 ? 0 : size];
	for (size_t i = 1; i < size && *at + i < len; i++)
		c = c << 6 | ((unsigned char)bytes[*at + i] & 0x3f);
	*at += size;
	return c;
}

/* White_Space of the Unicode Character Database (PropList.txt), as UTF-8. */
static const char *const spaces[] = {
	"\t", "\n", "\v", "\f", "\r", " ", "\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80",
	"\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85",
	"\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
	"\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
};

static bool is_plain(unsigned char c)
{
	return c > ' ' && c < 0x80;
}

/* Length of the white space at the start (from_end: at the end) of the text. */
static size_t space_at(const char *bytes, size_t len, bool from_end)
{
	if (len == 0 || is_plain((unsigned char)bytes[from_end ? len - 1 : 0]))
		return 0;
	for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
		size_t size = strlen(spaces[i]);
		if (size <= len
			&& memcmp(from_end ? bytes + len - size : bytes, spaces[i], size) == 0)
			return size;
	}
	return 0;
}

size_t utf8_trim_start(const char *bytes, size_t len)
{
	size_t start = 0, step;
	while ((step = space_at(bytes + start, len - start, false)) > 0)
		start += step;
	return start;
}

size_t utf8_trim_end(const char *bytes, size_t len)
{
	size_t step;
	while ((step = space_at(bytes, len, true)) > 0)
		len -= step;
	return len;
}
