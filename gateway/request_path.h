/*
 * request_path: the params that the path of a request gives; pure.
 */
#ifndef GATEWAY_REQUEST_PATH_H
#define GATEWAY_REQUEST_PATH_H

#include "gateway/request_params.h"

/* ST_INVALID_INPUT with the param's name. */
enum status request_path_put(
	const struct request_source *source, struct param_writer *w) MUST_CHECK;

#endif
