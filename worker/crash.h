/*
 * crash: in test builds only, a request of a certain id takes its worker with it: `test.crash.come`
 * when it comes, `test.crash.done` when it is done and not answered yet.
 */
#ifndef WORKER_CRASH_H
#define WORKER_CRASH_H

#include "common/buf.h"

#include <stdlib.h>

static inline void crash_if_requested(struct span request_id, const char *here)
{
#ifdef STUDYTRACKER_TEST_CRASH
	if (span_is(request_id, here))
		abort();
#else
	(void)request_id, (void)here;
#endif
}

#endif
