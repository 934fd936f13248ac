#include "common/span.h"

bool span_is_any(struct span s, const char *const *texts)
{
	for (; texts && *texts; texts++)
		if (span_is(s, *texts))
			return true;
	return false;
}

bool span_to_int(struct span s, int64_t *out)
{
	bool is_negative = s.len > 0 && s.bytes[0] == '-';
	size_t at = is_negative;
	int64_t value = 0;
	if (s.len == at || s.len - at > 18)
		return false;
	for (; at < s.len; at++) {
		if (s.bytes[at] < '0' || s.bytes[at] > '9')
			return false;
		value = value * 10 + (s.bytes[at] - '0');
	}
	*out = is_negative ? -value : value;
	return true;
}

struct span span_cut(struct span *rest, char mark)
{
	const char *end = rest->len ? memchr(rest->bytes, mark, rest->len) : NULL;
	struct span text = span_first(*rest, end ? (size_t)(end - rest->bytes) : rest->len);
	*rest = span_drop(*rest, end ? text.len + 1 : text.len);
	return text;
}
