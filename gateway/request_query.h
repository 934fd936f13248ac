/*
 * request_query: the params that the query of a request gives; pure.
 *
 * Where the dialect ignores unknown names, it ignores empty values, too, as the systems that it
 * replaces do, and of a param that is given twice the first value counts, also if that is one to
 * ignore; a "%" that begins no escape stands for itself. Elsewhere the worker refuses the second
 * value, and a broken escape is refused. A row may have an alias, a default, and params that ignore
 * unknown values (struct route_query).
 */
#ifndef GATEWAY_REQUEST_QUERY_H
#define GATEWAY_REQUEST_QUERY_H

#include "gateway/request_params.h"

/* Whether a param of this name says which page of a list is wanted. */
bool request_query_names_page(struct span name);

/* Whether the query asks for one page of a list that is else sent as a whole: it has limit or
 * cursor, and the dialect has LIST_LINKED. */
bool request_query_wants_page(const struct route *route, const struct http_request *http);

/* ST_INVALID_INPUT with the param's name. */
enum status request_query_put(
	const struct request_source *source, struct param_writer *w) MUST_CHECK;

#endif
