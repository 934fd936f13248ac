#include "common/rate_limit.h"

static bool parse_number(struct span text, int64_t max, int64_t *out)
{
	return span_to_int(text, out) && *out > 0 && *out <= max;
}

bool rate_limit_parse(struct span text, struct rate_limit *out)
{
	struct rate_limit made = { 0, 1 };
	struct span seconds = text, count = span_cut(&seconds, '/');
	if (!span_is(text, "0")
		&& !(parse_number(count, RATE_LIMIT_COUNT_MAX, &made.count)
			&& parse_number(seconds, RATE_LIMIT_SECONDS_MAX, &made.seconds)))
		return false;
	*out = made;
	return true;
}
