/*
 * api: HTTP requests to RPC calls and their answers to HTTP replies.
 *
 * Here a request finds its way: to a call of a worker and from its result to the answer, or to what
 * the gateway answers by itself. Its life is gateway/api_request.h's, an answer of many pages is
 * gateway/api_list.h's. Which method a path calls is gateway/route.c's, what a value may be is
 * common/params.c's (asked by the worker), what an outcome is called is common/status.c's.
 *
 *	api_init(&api, settings, workers);
 *	struct edge_options options = { .on_head = api_on_head, .on_request = api_on_request,
 *		.format_error = api_format_error, .arg = &api };
 */
#ifndef GATEWAY_API_H
#define GATEWAY_API_H

#include "common/settings.h"
#include "common/uuid.h"
#include "gateway/access.h"
#include "gateway/edge.h"
#include "gateway/principal.h"
#include "gateway/workers.h"

struct api {
	const struct settings *settings;
	struct workers *workers;
	const struct authenticator *authenticator; /* authenticator_open */
	struct access access;
	struct uuid_source ids;
};

void api_init(struct api *api, const struct settings *settings, struct workers *workers);

/* The edge's callbacks; arg is the struct api. */
void api_on_head(struct exchange *exchange, void *arg);
void api_on_request(struct exchange *exchange, void *arg);
void api_format_error(struct buf *headers, struct buf *body, enum status st, const struct fail *why,
	const struct http_request *http, void *arg);

#endif
