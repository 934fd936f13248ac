/*
 * batch_inside: a batch's struct, shared by batch.c and batch_sweep.c, which takes requests out of
 * the queue that the batch must not run: those that are obsolete, and those for the primary.
 */
#ifndef WORKER_BATCH_INSIDE_H
#define WORKER_BATCH_INSIDE_H

#include "worker/batch.h"
#include "worker/bind.h"
#include "worker/lane_meter.h"
#include "worker/lane_position.h"
#include "worker/outcome.h"

struct event;

struct batch {
	struct batch_options options;
	struct database *db;
	struct event *start, *sweep, *end;
	struct queue queue;
	struct run run;
	struct outcomes outcomes;
	struct lane_meter meter;
	struct lane_position position;
	struct bind bind;
	uint64_t run_number;         /* of the current or last run */
	uint64_t ended_run;          /* the run that has a write of an ended epoch */
	uint64_t connect_failed_ms;  /* first failure since the last connection; 0: none */
	struct fail connect_failure; /* the last one logged since then */
};

/* The batch at one moment, for filters. */
struct batch_snapshot {
	struct batch *batch;
	uint64_t now_ms;
	enum status drop_status; /* for dropped requests */
};

struct batch_snapshot batch_snapshot_now(struct batch *b, enum status drop_status);

/* A queue_filter whose `arg` is a snapshot. */
bool batch_is_obsolete(void *snapshot, const struct request *r);
void batch_drop(void *snapshot, struct request *r);

/* Connecting has failed for BATCH_GRACE_MS while another lane is connected. */
bool batch_is_unavailable(const struct batch *b);

/* Drops queued requests that are past their deadline, abandoned, or without a database. */
void batch_sweep_queue(struct batch *b);

/* Cancels the statement if all its requests are obsolete. */
void batch_cancel_if_obsolete(struct batch *b);

/* Of the standby lane: moves all queued requests to the primary's queue. */
void batch_hand_over_queue(struct batch *b);

#endif
