#include "common/name.h"

#include "common/utf8.h"

struct range {
	uint32_t first, last;
};

/* White_Space (PropList.txt) and U+2800, which is blank. All tables here are sorted. */
static const struct range spaces[] = { { 0x09, 0x0d }, { 0x20, 0x20 }, { 0x85, 0x85 },
	{ 0xa0, 0xa0 }, { 0x1680, 0x1680 }, { 0x2000, 0x200a }, { 0x2028, 0x2029 },
	{ 0x202f, 0x202f }, { 0x205f, 0x205f }, { 0x2800, 0x2800 }, { 0x3000, 0x3000 } };

/* Controls, Default_Ignorable_Code_Point (DerivedCoreProperties.txt) and interlinear marks.
 * is_of_use keeps some of them. */
static const struct range invisible[] = { { 0x00, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad },
	{ 0x34f, 0x34f }, { 0x61c, 0x61c }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x206f },
	{ 0x3164, 0x3164 }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff } };

static const struct range joiners[] = { { 0x200c, 0x200d } };
static const struct range selectors[] = { { 0xfe0e, 0xfe0f } };
static const struct range tags[] = { { 0xe0020, 0xe007f } };

/* Scripts whose letters join, emoji, and characters that may end an emoji. */
static const struct range joining[] = { { 0x600, 0xdff }, { 0xf00, 0x109f }, { 0x1780, 0x18af },
	{ 0x1a20, 0x1c4f }, { 0x2190, 0x2bff }, { 0xa800, 0xabff }, { 0xfb50, 0xfdff },
	{ 0xfe0f, 0xfe0f }, { 0xfe70, 0xfefe }, { 0x10a00, 0x11fff }, { 0x1f000, 0x1faff } };

/* Characters with two forms, picture and text: Emoji (emoji-data.txt) below U+10000, and the blocks
 * of emoji above. */
/* clang-format off */
static const struct range pictures[] = {
	{ 0xa9, 0xa9 }, { 0xae, 0xae }, { 0x203c, 0x203c }, { 0x2049, 0x2049 },
	{ 0x2122, 0x2122 }, { 0x2139, 0x2139 }, { 0x2194, 0x2199 }, { 0x21a9, 0x21aa },
	{ 0x231a, 0x231b }, { 0x2328, 0x2328 }, { 0x23cf, 0x23cf }, { 0x23e9, 0x23f3 },
	{ 0x23f8, 0x23fa }, { 0x24c2, 0x24c2 }, { 0x25aa, 0x25ab }, { 0x25b6, 0x25b6 },
	{ 0x25c0, 0x25c0 }, { 0x25fb, 0x25fe }, { 0x2600, 0x2604 }, { 0x260e, 0x260e },
	{ 0x2611, 0x2611 }, { 0x2614, 0x2615 }, { 0x2618, 0x2618 }, { 0x261d, 0x261d },
	{ 0x2620, 0x2620 }, { 0x2622, 0x2623 }, { 0x2626, 0x2626 }, { 0x262a, 0x262a },
	{ 0x262e, 0x262f }, { 0x2638, 0x263a }, { 0x2640, 0x2640 }, { 0x2642, 0x2642 },
	{ 0x2648, 0x2653 }, { 0x265f, 0x2660 }, { 0x2663, 0x2663 }, { 0x2665, 0x2666 },
	{ 0x2668, 0x2668 }, { 0x267b, 0x267b }, { 0x267e, 0x267f }, { 0x2692, 0x2697 },
	{ 0x2699, 0x2699 }, { 0x269b, 0x269c }, { 0x26a0, 0x26a1 }, { 0x26a7, 0x26a7 },
	{ 0x26aa, 0x26ab }, { 0x26b0, 0x26b1 }, { 0x26bd, 0x26be }, { 0x26c4, 0x26c5 },
	{ 0x26c8, 0x26c8 }, { 0x26ce, 0x26cf }, { 0x26d1, 0x26d1 }, { 0x26d3, 0x26d4 },
	{ 0x26e9, 0x26ea }, { 0x26f0, 0x26f5 }, { 0x26f7, 0x26fa }, { 0x26fd, 0x26fd },
	{ 0x2702, 0x2702 }, { 0x2705, 0x2705 }, { 0x2708, 0x270d }, { 0x270f, 0x270f },
	{ 0x2712, 0x2712 }, { 0x2714, 0x2714 }, { 0x2716, 0x2716 }, { 0x271d, 0x271d },
	{ 0x2721, 0x2721 }, { 0x2728, 0x2728 }, { 0x2733, 0x2734 }, { 0x2744, 0x2744 },
	{ 0x2747, 0x2747 }, { 0x274c, 0x274c }, { 0x274e, 0x274e }, { 0x2753, 0x2755 },
	{ 0x2757, 0x2757 }, { 0x2763, 0x2764 }, { 0x2795, 0x2797 }, { 0x27a1, 0x27a1 },
	{ 0x27b0, 0x27b0 }, { 0x27bf, 0x27bf }, { 0x2934, 0x2935 }, { 0x2b05, 0x2b07 },
	{ 0x2b1b, 0x2b1c }, { 0x2b50, 0x2b50 }, { 0x2b55, 0x2b55 }, { 0x3030, 0x3030 },
	{ 0x303d, 0x303d }, { 0x3297, 0x3297 }, { 0x3299, 0x3299 }, { 0x1f000, 0x1faff } };
/* clang-format on */

/* Characters that NFC splits into two or more: Full_Composition_Exclusion
 * (DerivedNormalizationProps.txt) without singletons. Those of `split_twice` become three. */
/* clang-format off */
static const struct range split[] = {
	{ 0x344, 0x344 }, { 0x958, 0x95f }, { 0x9dc, 0x9dd }, { 0x9df, 0x9df },
	{ 0xa33, 0xa33 }, { 0xa36, 0xa36 }, { 0xa59, 0xa5b }, { 0xa5e, 0xa5e },
	{ 0xb5c, 0xb5d }, { 0xf43, 0xf43 }, { 0xf4d, 0xf4d }, { 0xf52, 0xf52 },
	{ 0xf57, 0xf57 }, { 0xf5c, 0xf5c }, { 0xf69, 0xf69 }, { 0xf73, 0xf73 },
	{ 0xf75, 0xf76 }, { 0xf78, 0xf78 }, { 0xf81, 0xf81 }, { 0xf93, 0xf93 },
	{ 0xf9d, 0xf9d }, { 0xfa2, 0xfa2 }, { 0xfa7, 0xfa7 }, { 0xfac, 0xfac },
	{ 0xfb9, 0xfb9 }, { 0x2adc, 0x2adc }, { 0xfb1d, 0xfb1d }, { 0xfb1f, 0xfb1f },
	{ 0xfb2a, 0xfb36 }, { 0xfb38, 0xfb3c }, { 0xfb3e, 0xfb3e }, { 0xfb40, 0xfb41 },
	{ 0xfb43, 0xfb44 }, { 0xfb46, 0xfb4e }, { 0x1d15e, 0x1d164 }, { 0x1d1bb, 0x1d1c0 } };
static const struct range split_twice[] = {
	{ 0xfb2c, 0xfb2d }, { 0x1d160, 0x1d164 }, { 0x1d1bd, 0x1d1c0 } };
/* clang-format on */

static const struct range keys[] = { { '#', '#' }, { '*', '*' }, { '0', '9' } };

/* A black flag and the tags after it are the flag of a region. */
static const struct range flags[] = { { 0x1f3f4, 0x1f3f4 }, { 0xe0020, 0xe007e } };

enum { KEYCAP = 0x20e3 };

#define IS_IN(c, table) is_in(c, table, sizeof(table) / sizeof *(table))

static bool is_in(uint32_t c, const struct range *table, size_t count)
{
	for (size_t i = 0; i < count && table[i].first <= c; i++)
		if (c <= table[i].last)
			return true;
	return false;
}

/* True if an invisible character changes how its neighbours are displayed. */
static bool is_of_use(uint32_t before, uint32_t c, uint32_t after)
{
	if (IS_IN(c, joiners))
		return IS_IN(before, joining) && IS_IN(after, joining);
	if (IS_IN(c, selectors))
		return IS_IN(before, pictures) || (IS_IN(before, keys) && after == KEYCAP);
	return IS_IN(c, tags) && IS_IN(before, flags);
}

/* The number of characters that NFC makes of one. */
static size_t composed_length(uint32_t c)
{
	return 1 + IS_IN(c, split) + IS_IN(c, split_twice);
}

size_t name_fold(struct span text, struct buf *out)
{
	size_t at = 0, chars = 0;
	uint32_t before = 0; /* the last kept character; 0 after white space */
	bool is_apart = false;
	while (at < text.len) {
		size_t start = at;
		uint32_t c = utf8_next(text.bytes, text.len, &at);
		size_t peek = at;
		uint32_t after = at < text.len ? utf8_next(text.bytes, text.len, &peek) : 0;
		if (IS_IN(c, spaces)) {
			is_apart = chars > 0;
			before = 0;
			continue;
		}
		if (IS_IN(c, invisible) && !is_of_use(before, c, after))
			continue;
		if (is_apart)
			buf_byte(out, ' ');
		buf_put(out, text.bytes + start, at - start);
		chars += composed_length(c) + is_apart;
		is_apart = false;
		before = c;
	}
	return chars;
}

size_t name_length(struct span text)
{
	size_t chars = 0;
	for (size_t at = 0; at < text.len;)
		chars += composed_length(utf8_next(text.bytes, text.len, &at));
	return chars;
}

bool name_is_word(struct span text)
{
	uint32_t before = 0;
	for (size_t at = 0, peek; at < text.len;) {
		uint32_t c = utf8_next(text.bytes, text.len, &at);
		peek = at;
		uint32_t after = at < text.len ? utf8_next(text.bytes, text.len, &peek) : 0;
		if (IS_IN(c, spaces) || (IS_IN(c, invisible) && !is_of_use(before, c, after)))
			return false;
		before = c;
	}
	return text.len > 0;
}

/* Most names are ASCII: words of visible characters with one space between them. */
bool name_is_plain(struct span text)
{
	unsigned char before = ' ';
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.bytes[i];
		if (c < ' ' || c >= 0x7f || (c == ' ' && before == ' '))
			return false;
		before = c;
	}
	return before != ' ';
}
