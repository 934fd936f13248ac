/*
 * verdict: what an SQLSTATE means for the one request that met it
 * (https://www.postgresql.org/docs/15/errcodes-appendix.html).
 */
#ifndef WORKER_VERDICT_H
#define WORKER_VERDICT_H

#include "common/status.h"

struct verdict {
	enum status status;
	bool try_again; /* nothing was done, and the same statement may succeed at once */
	bool reconnect; /* this connection is of no more use for it */
};

/* Of a five-character SQLSTATE, NUL-terminated; "" where none is known. */
struct verdict verdict_of(const char *sqlstate);

#endif
