/*
 * status_lanes: the lanes of all workers of a gateway, for study status: what waits, how many
 * batches run, how many requests are in one, and how long a transaction takes.
 */
#ifndef STUDY_STATUS_LANES_H
#define STUDY_STATUS_LANES_H

#include "client/study/terminal.h"

struct json_object;

/* Prints a row for each lane. `now` and `before` are the workers of two answers of rpc.status,
 * `seconds` apart; without `before` the rates are left out, and the means are since the start. */
void status_lanes_print(const struct terminal *out, struct json_object *now,
	struct json_object *before, double seconds);

#endif
