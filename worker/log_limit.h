/*
 * log_limit: at most one line per second. Failures come in bursts; one line is enough.
 *
 *	if (log_limit_allows(&l->log_limit))
 *		log_warn(…);
 */
#ifndef WORKER_LOG_LIMIT_H
#define WORKER_LOG_LIMIT_H

#include "common/service.h"

struct log_limit {
	uint64_t logged_ms; /* 0: never */
};

static inline bool log_limit_allows(struct log_limit *limit)
{
	uint64_t now_ms = service_now_ms();
	if (limit->logged_ms && now_ms - limit->logged_ms < 1000)
		return false;
	limit->logged_ms = now_ms;
	return true;
}

#endif
