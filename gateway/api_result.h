/*
 * api_result: the result of a worker as a response: a row, or any other value.
 *
 * Both take the request, whose call has ended. gateway/api_list.h streams lists.
 */
#ifndef GATEWAY_API_RESULT_H
#define GATEWAY_API_RESULT_H

#include "gateway/api_request.h"

/* One row, with the ETag, Location and status that the route has for it. */
void api_result_row(struct api_request **r, struct span result);

/* Any other value, as it is. */
void api_result_value(struct api_request **r, struct span result);

/* The preconditions of a read, for a representation with this ETag (without quotes; empty: none).
 * The statement evaluates those of a write: HTTP_PROCEED. */
enum http_evaluation api_result_evaluate(const struct api_request *r, struct span etag);

#endif
