/*
 * news: the params of what a worker says to a gateway (schema/rpc.md, worker.ready and
 * worker.credit).
 */
#ifndef WORKER_NEWS_H
#define WORKER_NEWS_H

#include "common/buf.h"
#include "worker/batch.h"

/* What changes from one time to the next. */
struct news {
	bool has_database;
	int64_t window; /* requests that this gateway may have open; 0: send nothing more */
	struct batch_counts counts;
};

struct news_ready {
	const unsigned char *uuid; /* 16 bytes */
	const char *version;
	int64_t epoch, credit;
	const struct news *news;
};

void news_put_ready(struct buf *out, const struct news_ready *ready);
void news_put_credit(struct buf *out, int64_t epoch, int64_t credit);
void news_put_leaving(struct buf *out, int64_t epoch);

#endif
