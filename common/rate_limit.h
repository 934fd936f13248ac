/*
 * rate_limit: the text of a limit of requests, "COUNT/SECONDS"; pure.
 *
 *	struct rate_limit limit;
 *	if (!rate_limit_parse(SPAN("300/60"), &limit)) ...       300 in 60 seconds
 */
#ifndef COMMON_RATE_LIMIT_H
#define COMMON_RATE_LIMIT_H

#include "common/span.h"
#include "common/status.h"

enum { RATE_LIMIT_COUNT_MAX = 1000000, RATE_LIMIT_SECONDS_MAX = 86400 };

struct rate_limit {
	int64_t count;   /* 0: no limit */
	int64_t seconds; /* at least 1 */
};

/* "0" means no limit. False for other texts, or if a number is over its maximum or 0. */
bool rate_limit_parse(struct span text, struct rate_limit *out) MUST_CHECK;

#endif
