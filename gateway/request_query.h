/*
 * request_query: the params that the query of a request gives; pure.
 *
 * Where the dialect ignores unknown names, it ignores empty values, too, as the systems that it
 * replaces do.
 */
#ifndef GATEWAY_REQUEST_QUERY_H
#define GATEWAY_REQUEST_QUERY_H

#include "gateway/request_params.h"

/* ST_INVALID_INPUT with the param's name. */
enum status request_query_put(
	const struct request_source *source, struct param_writer *w) MUST_CHECK;

#endif
