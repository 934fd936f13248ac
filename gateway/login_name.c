#include "gateway/login_name.h"

#include <stdlib.h>

#include "common/utf8.h"

enum { LETTERS_MAX = LOGIN_NAME_KEY_MAX / EMAIL_MAX_CHARS };

/* Characters and the letters that replace them. */
struct row {
	uint32_t first, last;
	uint32_t step;                 /* 0: all have the same letters */
	uint32_t letters[LETTERS_MAX]; /* up to the first 0 */
};

#define NONE(first, last)       \
	{                       \
		first, last, 0, \
		{               \
			0       \
		}               \
	}
#define ONE(first, last, ...)       \
	{                           \
		first, last, 0,     \
		{                   \
			__VA_ARGS__ \
		}                   \
	}
#define EACH(first, last, step, letter) \
	{                               \
		first, last, step,      \
		{                       \
			letter          \
		}                       \
	}

static const struct row row_table[] = {
#include "gateway/login_name.inc"
};

enum { ROW_COUNT = sizeof row_table / sizeof *row_table };

static int compare(const void *key, const void *element)
{
	const uint32_t *c = key;
	const struct row *row = element;
	return *c < row->first ? -1 : *c > row->last;
}

/* Returns how many letters it has written. */
static size_t put_row(const struct row *row, uint32_t c, uint32_t *out)
{
	size_t count = 0;
	if (row->step && (c - row->first) % row->step != 0) {
		out[0] = c;
		return 1;
	}
	for (; count < LETTERS_MAX && row->letters[count]; count++)
		out[count] = row->letters[count] + (row->step ? c - row->first : 0);
	return count;
}

/* A syllable is two or three letters (The Unicode Standard, section 3.12). */
enum {
	SYLLABLES = 0xac00,
	SYLLABLE_COUNT = 11172,
	LEADS = 0x1100,
	VOWELS = 0x1161,
	TAILS = 0x11a7
};
enum { VOWEL_COUNT = 21, TAIL_COUNT = 28 };

static size_t put_syllable(uint32_t index, uint32_t *out)
{
	uint32_t tail = index % TAIL_COUNT;
	out[0] = LEADS + index / (VOWEL_COUNT * TAIL_COUNT);
	out[1] = VOWELS + index / TAIL_COUNT % VOWEL_COUNT;
	out[2] = TAILS + tail;
	return tail ? 3 : 2;
}

static size_t put(uint32_t c, uint32_t *out)
{
	if (c >= SYLLABLES && c - SYLLABLES < SYLLABLE_COUNT)
		return put_syllable(c - SYLLABLES, out);
	const struct row *row = bsearch(&c, row_table, ROW_COUNT, sizeof *row_table, compare);
	if (row)
		return put_row(row, c, out);
	*out = c;
	return 1;
}

static bool is_compatibility_ideograph(uint32_t c)
{
	return (c >= 0xf900 && c <= 0xfaff) || (c >= 0x2f800 && c <= 0x2fa1f);
}

static size_t put_nobody(uint32_t *key)
{
	*key = 0xf900;
	return 1;
}

size_t login_name_key(struct span name, uint32_t key[LOGIN_NAME_KEY_MAX])
{
	size_t len = 0;
	if (!utf8_is_valid(name.bytes, name.len)
		|| utf8_length(name.bytes, name.len) > EMAIL_MAX_CHARS)
		return put_nobody(key);
	for (size_t at = 0; at < name.len;) {
		uint32_t c = utf8_next(name.bytes, name.len, &at);
		if (is_compatibility_ideograph(c))
			return put_nobody(key);
		len += put(c, key + len);
	}
	return len;
}
