#include "worker/gateways.h"

#include "common/log.h"
#include "common/settings.h"
#include "common/settings_value.h"
#include "worker/timer.h"

#include <event2/event.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

static const char ipc[] = "ipc://";

struct gateways {
	struct socket_hub *hub;
	struct event_base *base;
	struct gateways_options options;
	struct link *links[GATEWAYS_MAX];
	size_t count;
	struct event *scan; /* NULL: no endpoint is a pattern, or the worker leaves */
	bool has_failed;    /* the last scan; it was logged */
};

static bool has_link(const struct gateways *g, const char *endpoint)
{
	for (size_t i = 0; i < g->count; i++)
		if (strcmp(link_endpoint(g->links[i]), endpoint) == 0)
			return true;
	return false;
}

static enum status add_link(struct gateways *g, const char *endpoint, struct fail *why)
{
	struct link_options options = g->options.link;
	options.endpoint = endpoint;
	if (has_link(g, endpoint))
		return ST_OK;
	if (g->count == GATEWAYS_MAX)
		return fail_set(
			why, ST_BAD_SETTING, "there are more than %d gateways", GATEWAYS_MAX);
	enum status st = link_open(g->hub, g->base, &options, &g->links[g->count], why);
	g->count += st == ST_OK;
	return st;
}

static bool is_pattern(const char *endpoint)
{
	return strncmp(endpoint, ipc, sizeof ipc - 1) == 0 && strchr(endpoint, '*');
}

static enum status add_path(struct gateways *g, const char *path, struct fail *why)
{
	char endpoint[ENDPOINT_MAX];
	int len = snprintf(endpoint, sizeof endpoint, "%s%s", ipc, path);
	if (len < 0 || len > IPC_ENDPOINT_MAX)
		return fail_set(why, ST_BAD_SETTING, "%.200s: the path is too long", path);
	return add_link(g, endpoint, why);
}

/* glob reports an unreadable directory as no match: it may not be there yet. */
static enum status add_matching(struct gateways *g, const char *pattern, struct fail *why)
{
	glob_t found = { 0 };
	enum status st = ST_OK;
	if (glob(pattern + sizeof ipc - 1, 0, NULL, &found) == GLOB_NOSPACE)
		st = ST_NO_MEMORY;
	for (size_t i = 0; i < found.gl_pathc && st == ST_OK; i++)
		st = add_path(g, found.gl_pathv[i], why);
	globfree(&found);
	return st;
}

static enum status scan(struct gateways *g, struct fail *why)
{
	char endpoint[ENDPOINT_MAX];
	enum status st = ST_OK;
	for (const char *at = g->options.endpoints;
		st == ST_OK && settings_next_endpoint(&at, endpoint, sizeof endpoint);)
		if (is_pattern(endpoint))
			st = add_matching(g, endpoint, why);
	return st;
}

static void on_scan(evutil_socket_t fd, short what, void *arg)
{
	struct gateways *g = arg;
	struct fail why = { 0 };
	size_t count = g->count;
	(void)fd, (void)what;
	enum status st = scan(g, &why);
	if (st != ST_OK && !g->has_failed)
		log_error("a gateway is not connected: %s: trying again", fail_text(&why, st));
	g->has_failed = st != ST_OK;
	if (g->count > count)
		gateways_send_ready(g); /* the windows are smaller now */
	timer_arm(g->scan, GATEWAYS_SCAN_MS);
}

/* Opens the links to the endpoints that are no patterns. */
static enum status open_given(struct gateways *g, struct fail *why)
{
	char endpoint[ENDPOINT_MAX];
	bool has_pattern = false;
	enum status st = ST_OK;
	for (const char *at = g->options.endpoints;
		st == ST_OK && settings_next_endpoint(&at, endpoint, sizeof endpoint);)
		if (is_pattern(endpoint))
			has_pattern = true;
		else
			st = add_link(g, endpoint, why);
	if (st == ST_OK && !has_pattern && g->count == 0)
		return fail_set(why, ST_BAD_SETTING, "no gateway's endpoint is given");
	if (st != ST_OK || !has_pattern)
		return st;
	g->scan = evtimer_new(g->base, on_scan, g);
	if (!g->scan)
		return ST_NO_MEMORY;
	timer_arm(g->scan, 0);
	return ST_OK;
}

enum status gateways_open(struct socket_hub *hub, struct event_base *base,
	const struct gateways_options *options, struct gateways **out, struct fail *why)
{
	struct gateways *g = calloc(1, sizeof *g);
	if (!g)
		return ST_NO_MEMORY;
	*g = (struct gateways){ .hub = hub, .base = base, .options = *options };
	enum status st = open_given(g, why);
	if (st == ST_OK)
		*out = g;
	else
		gateways_free(&g, 0);
	return st;
}

size_t gateways_count(const struct gateways *g)
{
	return g && g->count ? g->count : 1;
}

void gateways_send_ready(struct gateways *g)
{
	for (size_t i = 0; i < g->count; i++)
		link_send_ready(g->links[i]);
}

void gateways_send_responses(struct gateways *g)
{
	for (size_t i = 0; i < g->count; i++)
		link_send_responses(g->links[i]);
}

void gateways_leave(struct gateways *g)
{
	timer_free(g->scan);
	g->scan = NULL;
	for (size_t i = 0; i < g->count; i++)
		link_leave(g->links[i]);
}

bool gateways_has_left(const struct gateways *g)
{
	for (size_t i = 0; i < g->count; i++)
		if (!link_has_left(g->links[i]))
			return false;
	return true;
}

void gateways_visit(const struct gateways *g, void (*visit)(const struct link *l))
{
	for (size_t i = 0; i < g->count; i++)
		visit(g->links[i]);
}

void gateways_free(struct gateways **gateways, int linger_ms)
{
	struct gateways *g = *gateways;
	if (!g)
		return;
	*gateways = NULL;
	timer_free(g->scan);
	for (size_t i = 0; i < g->count; i++)
		link_free(&g->links[i], linger_ms);
	free(g);
}
