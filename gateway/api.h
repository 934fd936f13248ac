/*
 * api: the HTTP APIs, as the app of the edge.
 *
 * A request is checked by its head (gateway/api_head.h), authenticated, and started by its route
 * (gateway/route.h): as a call of a worker (gateway/api_call.h) or without one
 * (gateway/api_local.h). gateway/api_request.h is its life. The worker checks the values of params
 * (common/params.c), common/status.c names the outcomes.
 *
 *	if (api_init(&api, settings, workers, &why) != ST_OK) ...
 *	struct edge_options options = { .on_head = api_on_head, .on_request = api_on_request,
 *		.format_error = api_format_error,
 *		.free_connection_data = api_free_connection_data, .arg = &api };
 *	...
 *	api_fini(&api);
 */
#ifndef GATEWAY_API_H
#define GATEWAY_API_H

#include "common/settings.h"
#include "common/uuid.h"
#include "gateway/access.h"
#include "gateway/client_address.h"
#include "gateway/edge.h"
#include "gateway/limits.h"
#include "gateway/metrics_refusals.h"
#include "gateway/metrics_requests.h"
#include "gateway/principal.h"
#include "gateway/route_index.h"
#include "gateway/workers.h"

enum { API_SCRATCH_KEPT = 32 << 10 /* bytes of each buffer, between requests */ };

/* What one callback makes and others copy. Its memory is kept, because allocations of each request
 * took 6 % of the instructions of GET /topics/{id}. Each user empties its buffer first, with
 * buf_reuse, which also frees what a large response has left. */
struct api_scratch {
	struct buf params;              /* of a call: gateway/api_call.c */
	struct buf body, etag, headers; /* of a row: gateway/api_result.c */
	struct buf all_headers;         /* of a whole response: gateway/api_request.c */
};

struct api {
	const struct settings *settings;
	struct workers *workers;
	const struct authenticator *authenticator; /* authenticator_open */
	const struct jwt_secret *secret;           /* of the tokens of log-ins; set by the owner */
	struct access access;
	struct proxies proxies;
	struct limits *limits; /* NULL after api_init: there are none; borrowed */
	struct route_index routes;
	struct metrics_requests requests;
	struct metrics_refusals refusals;
	struct uuid_source ids;
	struct api_scratch scratch;
	bool logs_requests;
};

/* ST_NO_MEMORY, ST_BAD_SETTING, or ST_INTERNAL if a route is wrong. Settings and workers are
 * borrowed. */
enum status api_init(struct api *api, const struct settings *settings, struct workers *workers,
	struct fail *why) MUST_CHECK;
/* Takes over the settings that may change while the gateway runs: CORS and the access log. Borrowed
 * until the next call or api_fini. */
void api_reload(struct api *api, const struct settings *fresh);
void api_fini(struct api *api); /* accepts a zeroed struct */

/* The edge's callbacks; arg is the struct api. */
void api_on_head(struct exchange *exchange, void *arg);
void api_on_request(struct exchange *exchange, void *arg);
int api_format_error(
	struct buf *headers, struct buf *body, const struct edge_refusal *refusal, void *arg);
void api_free_connection_data(void *data);

#endif
