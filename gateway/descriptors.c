#include "gateway/descriptors.h"

#include <sys/resource.h>

enum {
	LIMIT_MAX = 1 << 20,
	FILES = 48, /* standard streams, event loop, ZeroMQ, listeners, log, key files */
	RESERVE_MIN = 96,
	RESERVE_MAX = 4096,
};

size_t descriptors_raise(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return DESCRIPTORS_MIN;
	rlim_t soft = limit.rlim_cur;
	limit.rlim_cur = limit.rlim_max < LIMIT_MAX ? limit.rlim_max : LIMIT_MAX;
	if (limit.rlim_cur <= soft || setrlimit(RLIMIT_NOFILE, &limit) != 0)
		return soft < LIMIT_MAX ? (size_t)soft : LIMIT_MAX;
	return (size_t)limit.rlim_cur;
}

static size_t clamp(size_t value, size_t min, size_t max)
{
	if (value < min)
		return min;
	return value > max ? max : value;
}

/* A third of the reserve is for workers, one for RPC clients, one for connections that are accepted
 * before the limit is noticed. */
enum status descriptors_share(
	size_t limit, size_t connections_max, struct descriptors *out, struct fail *why)
{
	if (limit < DESCRIPTORS_MIN)
		return fail_set(why, ST_SYSTEM,
			"the limit of open files is %zu: at least %d are needed (LimitNOFILE=, "
			"ulimit -n)",
			limit, DESCRIPTORS_MIN);
	size_t reserve = clamp(limit / 4, RESERVE_MIN, RESERVE_MAX);
	*out = (struct descriptors){ .limit = limit,
		.reserve = reserve,
		.http_max = clamp(limit - reserve, 0, connections_max),
		.peers_max = (reserve - FILES) / 3 };
	return ST_OK;
}
