/*
 * metrics: serves GET /metrics on a listener of its own.
 *
 * It is an app of the HTTP edge, with its own instance. It needs no credentials, because it listens
 * on a loopback address unless the operator decides otherwise; it shows numbers, never names or
 * contents of accounts. On a loopback address it answers only to the names of this machine
 * (gateway/access.h). Every path but /metrics is 404, every method but GET and HEAD is 405.
 *
 *	struct metrics_options options = { .host = "127.0.0.1", .port = 22121, .sources = &sources };
 *	if (metrics_open(&metrics, base, &options, &why) != ST_OK) ...
 *	...
 *	metrics_free(&metrics);
 */
#ifndef GATEWAY_METRICS_H
#define GATEWAY_METRICS_H

#include "gateway/address.h"
#include "gateway/metrics_page.h"

struct event_base;
struct metrics;

enum {
	METRICS_CONNECTIONS_MAX = 8,
	METRICS_PAGE_MAX = 16 << 20, /* bytes; a larger page is 503 */
};

struct metrics_options {
	const char *host;
	int port;                       /* 0: any free one */
	const char *hosts;              /* STUDYTRACKER_HOSTS: further names that are served */
	struct metrics_sources sources; /* what they point to must outlive the metrics */
};

/* Binds without SO_REUSEPORT: two gateways never share the port. ST_SYSTEM with address, port and
 * reason. */
enum status metrics_open(struct metrics **out, struct event_base *base,
	const struct metrics_options *options, struct fail *why) MUST_CHECK;

union address metrics_address(const struct metrics *m);
void metrics_free(struct metrics **m); /* accepts NULL inside */

#endif
