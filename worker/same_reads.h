/*
 * same_reads: finds the requests of one execution that one row can answer.
 *
 * Two reads of one method are the same if their accounts are equal and their params are equal to
 * the byte. The execution gets one row for them, and each request gets a response with the result
 * of this row (worker/run.h). A client cannot see the difference: all of them arrived before the
 * statement starts, so the statement sees every write that was acknowledged before any of them was
 * sent. Writes and methods that are not safe to repeat have no same requests.
 *
 *	same_reads_clear(&same);
 *	struct request **slot = same_reads_slot(&same, r);
 *	if (slot && *slot)
 *		... r is the same as *slot ...
 *	else if (slot)
 *		*slot = r;
 */
#ifndef WORKER_SAME_READS_H
#define WORKER_SAME_READS_H

#include "worker/request.h"

/* At most REQUEST_KEYS_MAX requests of one method. */
struct same_reads {
	struct request *slots[2 * REQUEST_KEYS_MAX];
};

void same_reads_clear(struct same_reads *same);

/* Returns the slot of a request that is the same, or an empty slot. NULL: no request of this method
 * can be the same. */
struct request **same_reads_slot(struct same_reads *same, const struct request *r);

#endif
