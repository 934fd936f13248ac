/*
 * worker: the root of the daemon: settings, loop, lanes, one link per gateway, start and stop.
 *
 * Start: the lanes first, which connect to the database by themselves, then the links, which report
 * whether there is a database. Stop: each gateway is told, accepted requests are finished (within
 * WORKER_DRAIN_MS), then everything is freed in reverse order.
 */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include "common/service.h"
#include "common/settings.h"
#include "worker/background.h"
#include "worker/gateways.h"

struct event;

enum {
	WORKER_DRAIN_MS = 10000,
	WORKER_LINGER_MS = 1000, /* for the last responses to be sent */
};

struct worker {
	struct settings settings;
	unsigned char uuid[16];
	struct service *service;
	struct curve *curve;
	struct socket_hub *hub;
	struct password_list *password_list; /* NULL: none */
	struct lanes *lanes;
	struct background *background;
	struct gateways *gateways;
	bool has_database, is_draining;
	bool had_database;    /* since the start */
	bool has_bad_setting; /* the database refuses a setting: stop */
	struct event *drain_limit;
};

/* Checks what worker_open refuses because of settings alone: it opens no file and no socket. */
enum status worker_check(const struct settings *s, struct fail *why) MUST_CHECK;

/* Starts everything. The caller has filled w->settings, and must call worker_close even after a
 * failure. */
enum status worker_open(struct worker *w, struct fail *why) MUST_CHECK;

/* Runs until stopped. Returns the exit status. */
int worker_run(struct worker *w);

void worker_close(struct worker *w);

#endif
