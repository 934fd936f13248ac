/*
 * api_options: OPTIONS (RFC 9110 section 9.3.7) and the preflights of CORS.
 */
#ifndef GATEWAY_API_OPTIONS_H
#define GATEWAY_API_OPTIONS_H

#include "gateway/api_request.h"

/* A preflight gets its response for every path, also for an unknown one: the page sees that in
 * the response to the request that follows. Takes the request. */
void api_options_respond(struct api_request **r);

#endif
