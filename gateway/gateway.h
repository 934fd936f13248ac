/*
 * gateway: the daemon's root: settings, loop, sockets, edge, and how they start and stop.
 *
 * Start: the socket for workers first, HTTP last, so that a request never finds a half-made pool.
 * Stop: the listener closes, requests in flight get their responses, then everything is freed in
 * the opposite order. The edge and the RPC front limit their drains to 10 s. The gateway logs what
 * they cut off, and ends with status 0 before SERVICE_DRAIN_MAX_MS.
 */
#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include "common/curve.h"
#include "common/service.h"
#include "gateway/api.h"
#include "gateway/authenticator.h"
#include "gateway/descriptors.h"
#include "gateway/identity.h"
#include "gateway/jwt_secret.h"
#include "gateway/metrics.h"
#include "gateway/rpc.h"

struct gateway {
	struct settings settings;
	struct settings reloaded; /* by the last SIGHUP; zeroed before */
	struct descriptors descriptors;
	struct service *service;
	struct curve *curve;
	uint64_t refused_logged_ms;
	char refused_key[CURVE_TEXT_LEN + 1]; /* the last one that was logged */
	struct jwt_secret *secret;            /* of the tokens of log-ins */
	struct identity *identity;
	struct account_authenticator *authenticator;
	struct socket_hub *hub;
	struct workers *workers;
	struct limits *limits; /* NULL: there are none */
	struct rpc *rpc;       /* NULL: RPC clients have no endpoint */
	struct edge *edge;
	struct metrics *metrics;         /* NULL: they are not served */
	struct counter_sources counters; /* of all parts: rpc.status shows them */
	int draining;                    /* parts that are not drained yet */
	struct api api;
};

/* Checks what gateway_open refuses because of settings alone: it opens no file and no socket. */
enum status gateway_check(const struct settings *s, struct fail *why) MUST_CHECK;

/* Starts everything; g->settings is filled before. What was opened is freed by gateway_close,
 * also after a failure. */
enum status gateway_open(struct gateway *g, struct fail *why) MUST_CHECK;

/* Serves until stopped; the exit status. */
int gateway_run(struct gateway *g);

void gateway_close(struct gateway *g);

#endif
