/*
 * crash: ends the worker when a request with a certain id arrives (`test.crash.received`) or is
 * about to get its response (`test.crash.done`). In test builds only.
 */
#ifndef WORKER_CRASH_H
#define WORKER_CRASH_H

#include "common/buf.h"

#include <stdlib.h>

static inline void crash_if_requested(struct span request_id, const char *crash_id)
{
#ifdef STUDYTRACKER_TEST_CRASH
	if (span_is(request_id, crash_id))
		abort();
#else
	(void)request_id, (void)crash_id;
#endif
}

#endif
