/*
 * sqlstate: what the worker does about an SQLSTATE
 * (https://www.postgresql.org/docs/15/errcodes-appendix.html).
 */
#ifndef WORKER_SQLSTATE_H
#define WORKER_SQLSTATE_H

#include "common/status.h"

struct sqlstate_policy {
	enum status status;
	bool retry_at_once; /* nothing was done, and the same statement may succeed at once */
	bool reconnect;     /* the connection can no longer run the statement */
};

/* `sqlstate` has five characters and a NUL, or is "" if unknown. */
struct sqlstate_policy sqlstate_policy(const char *sqlstate);

#endif
