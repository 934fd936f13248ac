/*
 * gateways: the worker's links, one for each gateway.
 *
 * The setting lists endpoints. An ipc:// endpoint with a `*` in it is a pattern, as in a shell: it
 * means every socket whose path matches. The sockets are looked for every GATEWAYS_SCAN_MS, so that
 * a gateway that starts later needs no other setting. Invariants:
 *
 *   - No two links have the same endpoint: a gateway would take the second one for a restart.
 *   - A link lives until gateways_free, because requests in the lanes point to it. If its gateway
 *     stops, it waits for the next one at the same path.
 *   - There are at most GATEWAYS_MAX links.
 *
 *	struct gateways_options options = { .endpoints = settings.gateways, .link = { ... } };
 *	if (gateways_open(hub, base, &options, &w->gateways, &why) != ST_OK) ...
 *	gateways_send_ready(w->gateways);
 *	gateways_leave(w->gateways);
 */
#ifndef WORKER_GATEWAYS_H
#define WORKER_GATEWAYS_H

#include "worker/link.h"

struct gateways;

enum { GATEWAYS_SCAN_MS = 250, GATEWAYS_MAX = 64 };

struct gateways_options {
	const char *endpoints;    /* comma-separated; lives as long as the object */
	struct link_options link; /* of every link, without the endpoint */
};

/* ST_BAD_SETTING: no endpoint is given, or more than GATEWAYS_MAX are. */
enum status gateways_open(struct socket_hub *hub, struct event_base *base,
	const struct gateways_options *options, struct gateways **out, struct fail *why) MUST_CHECK;

/* At least 1: until a gateway is found, there is room for one. */
size_t gateways_count(const struct gateways *g);

/* These do the same to every link; see worker/link.h. */
void gateways_send_ready(struct gateways *g);
void gateways_send_responses(struct gateways *g);

/* Tells every gateway that this worker leaves, and stops to look for others. */
void gateways_leave(struct gateways *g);
bool gateways_has_left(const struct gateways *g);

/* Calls visit for every link. */
void gateways_visit(const struct gateways *g, void (*visit)(const struct link *l));

void gateways_free(struct gateways **g, int linger_ms); /* accepts NULL inside */

#endif
