#include "common/account_name.h"

#include <string.h>

#include "common/name.h"

static bool has_byte(struct span text, char byte)
{
	return text.len > 0 && memchr(text.bytes, byte, text.len);
}

bool account_name_is_username(struct span text)
{
	return name_is_word(text) && !has_byte(text, '@');
}

static bool is_domain(struct span text)
{
	size_t labels = 1;
	if (span_is(text, "localhost"))
		return true;
	for (; has_byte(text, '.'); labels++)
		if (span_cut(&text, '.').len == 0)
			return false;
	return labels > 1 && text.len > 0;
}

bool account_name_is_email(struct span text)
{
	if (!name_is_word(text) || !has_byte(text, '@'))
		return false;
	struct span local = span_cut(&text, '@');
	return local.len > 0 && !has_byte(text, '@') && is_domain(text);
}
