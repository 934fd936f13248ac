/*
 * heartbeat: encodes the notifications of a worker: worker.ready, worker.credit and worker.leaving
 * (schema/rpc.md).
 */
#ifndef WORKER_HEARTBEAT_H
#define WORKER_HEARTBEAT_H

#include "common/buf.h"
#include "worker/lanes.h"

struct link_counts;

/* The worker's state, which changes from one heartbeat to the next. */
struct heartbeat {
	bool has_database;
	int64_t window;            /* most open requests of this gateway; 0: it must send no more */
	struct position committed; /* after all writes that this worker responded to; may be none */
	struct lanes_counts counts;
	const struct lanes *lanes; /* for worker.ready; NULL: it tells nothing about them */
};

struct heartbeat_ready {
	const unsigned char *uuid; /* 16 bytes */
	const char *version;
	int64_t epoch, credit;
	const struct heartbeat *heartbeat;
	const struct link_counts *link;
};

void heartbeat_put_ready(struct buf *out, const struct heartbeat_ready *ready);
void heartbeat_put_credit(
	struct buf *out, int64_t epoch, int64_t credit, struct position committed);
void heartbeat_put_leaving(struct buf *out, int64_t epoch);

#endif
