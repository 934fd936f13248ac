/*
 * request_path: the params that the path of a request gives; pure.
 */
#ifndef GATEWAY_REQUEST_PATH_H
#define GATEWAY_REQUEST_PATH_H

#include "gateway/request_params.h"

/* Checks the ids in the path of a dialect that has a status for wrong ones. That status if an id is
 * not digits; if no row can have it, the status that the method has for a missing row. */
enum status request_path_check(const struct route_match *match, struct fail *why) MUST_CHECK;

/* ST_INVALID_INPUT with the param's name. */
enum status request_path_put(
	const struct request_source *source, struct param_writer *w) MUST_CHECK;

#endif
