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

/* Whether a read gets its response, which has no ETag. False if a precondition fails: then it has
 * responded, and taken the request. Call it when nothing else can refuse the request, because a
 * response that is not 2xx ignores preconditions (RFC 9110 section 13.2.1). */
bool api_result_is_wanted(struct api_request **r) MUST_CHECK;

#endif
