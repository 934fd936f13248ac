/*
 * run_send: sends a run to the database.
 */
#ifndef WORKER_RUN_SEND_H
#define WORKER_RUN_SEND_H

#include "worker/bind.h"
#include "worker/run.h"

/* Binds and sends all executions of a closed run, group by group. A group's timeout is the time
 * until the latest deadline of its requests. ST_NO_MEMORY: the run may have been sent in part. */
enum status run_send(
	const struct run *run, struct bind *bind, struct database *db, uint64_t now_ms) MUST_CHECK;

#endif
