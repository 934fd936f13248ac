/*
 * status_interval: what study status compares: two answers of rpc.status, or one with the start of
 * the gateway.
 */
#ifndef STUDY_STATUS_INTERVAL_H
#define STUDY_STATUS_INTERVAL_H

struct json_object;

struct status_interval {
	struct json_object *now, *before; /* before: NULL: the start of the gateway */
	double seconds;                   /* between the two */
};

#endif
