/*
 * run_send: sends a run to the database.
 */
#ifndef WORKER_RUN_SEND_H
#define WORKER_RUN_SEND_H

#include "worker/bind.h"
#include "worker/lane_position.h"
#include "worker/run.h"

/* How to send. */
struct run_sender {
	struct bind *bind;
	struct lane_position *position;
	struct database *db;
	uint64_t now_ms;
};

/* Binds and sends all executions of a closed run, group by group, with the statements about
 * positions. A group's timeout is the time until the latest deadline of its requests.
 * ST_NO_MEMORY: the run may have been sent in part. */
enum status run_send(const struct run *run, const struct run_sender *sender) MUST_CHECK;

#endif
