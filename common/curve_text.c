#include "common/curve_text.h"

#include <string.h>

bool curve_parse_key(struct span text, unsigned char out[CURVE_KEY_SIZE])
{
	static const char digits[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		".-:+=^!/*?&<>()[]{}@%$#";
	unsigned char key[CURVE_KEY_SIZE];
	if (text.len != CURVE_TEXT_LEN)
		return false;
	for (size_t group = 0; group < CURVE_TEXT_LEN / 5; group++) {
		uint64_t value = 0;
		for (size_t i = 0; i < 5; i++) {
			char c = text.bytes[group * 5 + i];
			const char *at = c ? strchr(digits, c) : NULL;
			if (!at)
				return false;
			value = value * 85 + (uint64_t)(at - digits);
		}
		if (value > UINT32_MAX)
			return false;
		for (size_t i = 0; i < 4; i++)
			key[group * 4 + i] = (unsigned char)(value >> (24 - 8 * i));
	}
	memcpy(out, key, sizeof key);
	return true;
}

bool curve_is_key(struct span text)
{
	unsigned char key[CURVE_KEY_SIZE];
	return curve_parse_key(text, key);
}

static const char *const published_table[] = {
	"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID",
	"D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs",
	"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7",
	"JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6",
	NULL,
};

const char curve_published_rule[] =
	"it must not be a key of ZeroMQ's documentation: make one with `study keys`";

bool curve_is_published(struct span key)
{
	return span_is_any(key, published_table);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct span take_word(struct span *rest)
{
	size_t len = 0;
	while (rest->len && is_blank(*rest->bytes))
		*rest = span_drop(*rest, 1);
	while (len < rest->len && !is_blank(rest->bytes[len]))
		len++;
	struct span word = span_first(*rest, len);
	*rest = span_drop(*rest, len);
	return word;
}

/* The words before the comment. */
static void split(struct span text, struct curve_line *line)
{
	line->count = 0;
	for (struct span word; (word = take_word(&text)).len > 0; line->count++) {
		if (*word.bytes == '#' && !(line->count == 0 && curve_is_key(word)))
			return;
		if (line->count < CURVE_WORDS_MAX)
			line->word[line->count] = word;
	}
}

bool curve_line_next(struct span *rest, struct curve_line *line)
{
	while (rest->len) {
		line->number++;
		split(span_cut(rest, '\n'), line);
		if (line->count > 0)
			return true;
	}
	return false;
}
