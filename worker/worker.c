#include "worker/worker.h"

#include "common/log.h"
#include "common/uuid.h"
#include "worker/connection_setup.h"
#include "worker/timer.h"
#include "version.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Stopping. */

static bool is_drained(const struct worker *w)
{
	return gateways_has_left(w->gateways) && lanes_is_idle(w->lanes);
}

static void stop_if_drained(struct worker *w)
{
	if (w->is_draining && is_drained(w))
		service_stop(w->service);
}

static void on_left(void *arg)
{
	stop_if_drained(arg);
}

static void on_drain_limit(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;
	(void)fd, (void)what;
	struct lanes_counts counts = lanes_counts(w->lanes);
	log_warn("%" PRIu64 " requests unfinished after %d s: stopping anyway",
		counts.queued + counts.in_flight, WORKER_DRAIN_MS / 1000);
	service_stop(w->service);
}

static void on_stop(void *arg)
{
	struct worker *w = arg;
	struct lanes_counts counts = lanes_counts(w->lanes);
	log_with(LOG_INFO, &(struct log_fields){ .event = LOG_EVENT_STOPPING },
		"stopping: finishing %" PRIu64 " requests", counts.queued + counts.in_flight);
	w->is_draining = true;
	background_stop(w->background);
	timer_arm(w->drain_limit, WORKER_DRAIN_MS);
	gateways_leave(w->gateways);
	stop_if_drained(w);
}

/* Between the links and the lanes. */

/* The windows of all gateways together must fit into a lane's queue. */
static int64_t window_of(const struct worker *w)
{
	int64_t share = LANES_QUEUE_MAX / (int64_t)gateways_count(w->gateways);
	return w->settings.credit < share ? w->settings.credit : share;
}

static void get_heartbeat(void *arg, struct heartbeat *out)
{
	const struct worker *w = arg;
	out->has_database = w->has_database;
	out->window = w->has_database && !w->is_draining ? window_of(w) : 0;
	out->committed = lanes_committed(w->lanes);
	out->counts = lanes_counts(w->lanes);
	out->lanes = w->lanes;
}

static void on_request(void *arg, struct link *from, int64_t epoch, const struct envelope *e)
{
	struct worker *w = arg;
	lanes_submit(w->lanes, link_origin(from), epoch, e);
}

static void on_ended(void *arg, struct link *l, int64_t epoch)
{
	struct worker *w = arg;
	lanes_end_epoch(w->lanes, link_origin(l), epoch);
}

static void on_cancel(void *arg, struct link *from, int64_t epoch, uint32_t msgid)
{
	struct worker *w = arg;
	lanes_abandon(w->lanes, link_origin(from), epoch, msgid);
}

static void announce_database(struct worker *w)
{
	bool has_database = lanes_has_database(w->lanes);
	if (has_database == w->has_database)
		return;
	w->has_database = has_database;
	w->had_database |= has_database;
	service_set_status(
		w->service, has_database ? "database connected" : "waiting for the database");
	if (w->gateways)
		gateways_send_ready(w->gateways);
}

static void on_change(void *arg)
{
	struct worker *w = arg;
	announce_database(w);
	stop_if_drained(w);
}

/* If the setting worked before, the database has changed: the worker waits for it. */
static void on_bad_setting(void *arg, const struct fail *why)
{
	struct worker *w = arg;
	if (w->had_database || w->has_bad_setting)
		return;
	log_error("%s: stopping", why->text);
	w->has_bad_setting = true;
	service_stop(w->service);
}

/* Starting. */

/* Many systems do not have the default list. */
static enum status open_password_list(struct worker *w, struct fail *why)
{
	static const char variable[] = "STUDYTRACKER_PASSWORD_LIST";
	const char *path = w->settings.password_list;
	enum status st = *path ? password_list_open(path, &w->password_list, why) : ST_OK;
	if (st == ST_OK || st == ST_NO_MEMORY)
		return st;
	if (settings_is_set(&w->settings, variable))
		return fail_wrap(why, ST_BAD_SETTING, variable);
	log_warn("%s: %s: passwords that are widely known are not refused", variable, why->text);
	return ST_OK;
}

static struct password_costs password_costs(const struct settings *s)
{
	return (struct password_costs){ (size_t)s->password_memory_mib << 20,
		(unsigned)s->password_passes };
}

static enum status open_lanes(struct worker *w, struct fail *why)
{
	struct lanes_options options = {
		.database_url = w->settings.database_url,
		.standby_url = w->settings.standby_url,
		.time_zone = w->settings.time_zone,
		.worker = w->uuid,
		.password_costs = password_costs(&w->settings),
		.password_list = w->password_list,
		.on_change = on_change,
		.on_bad_setting = on_bad_setting,
		.arg = w,
	};
	return lanes_open(service_base(w->service), &options, &w->lanes, why);
}

static enum status open_gateways(struct worker *w, struct fail *why)
{
	struct gateways_options options = {
		.endpoints = w->settings.gateways,
		.link = { .uuid = w->uuid,
			.version = STUDYTRACKER_VERSION,
			.get_heartbeat = get_heartbeat,
			.on_request = on_request,
			.on_cancel = on_cancel,
			.on_ended = on_ended,
			.on_left = on_left,
			.arg = w },
	};
	return gateways_open(w->hub, service_base(w->service), &options, &w->gateways, why);
}

/* Without the gateway's key the worker's key is not used, and its file may be unreadable. */
static enum status open_hub(struct worker *w, struct fail *why)
{
	const char *server_key = w->settings.curve_server_key;
	struct curve_options keys = {
		.key_file = *server_key ? w->settings.curve_secret_key_file : "",
		.server_key = server_key,
	};
	enum status st = curve_open(&w->curve, &keys, why);
	if (st == ST_OK)
		st = socket_hub_open(&w->hub, service_base(w->service), why);
	if (st != ST_OK)
		return st;
	struct socket_security security = { .curve = w->curve };
	return socket_hub_secure(w->hub, &security, why);
}

static void on_ignored(const char *env)
{
	log_warn("%s has changed: it counts after a restart", env);
}

static void on_reload(void *arg)
{
	struct worker *w = arg;
	struct settings fresh = { 0 };
	struct fail why = { 0 };
	enum status st = settings_reload(&w->settings, &fresh, on_ignored, &why);
	if (st == ST_OK)
		st = log_open(fresh.log_level, &why);
	if (st != ST_OK)
		log_error("the settings were not read again: %s: those from before count",
			fail_text(&why, st));
	else
		log_with(LOG_INFO, &(struct log_fields){ .event = LOG_EVENT_RELOADED },
			"the settings were read again");
	settings_fini(&fresh);
}

enum status worker_check(const struct settings *s, struct fail *why)
{
	enum status st = connection_setup_check(s->database_url, false, why);
	return st == ST_OK ? connection_setup_check(s->standby_url, true, why) : st;
}

enum status worker_open(struct worker *w, struct fail *why)
{
	struct uuid_source ids = { 0 };
	uuid_v7(&ids, w->uuid);
	enum status st = crypto_init(why);
	if (st == ST_OK)
		st = service_open(&w->service, on_stop, w, why);
	if (st == ST_OK)
		st = open_hub(w, why);
	if (st != ST_OK)
		return st;
	service_on_reload(w->service, on_reload);
	w->drain_limit = evtimer_new(service_base(w->service), on_drain_limit, w);
	if (!w->drain_limit)
		return ST_NO_MEMORY;
	st = open_password_list(w, why);
	if (st == ST_OK)
		st = open_lanes(w, why);
	if (st == ST_OK)
		st = background_open(service_base(w->service), w->lanes, &w->background);
	if (st == ST_OK)
		st = open_gateways(w, why);
	return st;
}

static void log_counts(
	const char *what, const char *of, const struct counter_table *table, const void *counts)
{
	struct buf text = { 0 };
	for (size_t i = 0; i < table->count; i++)
		buf_printf(&text, "%s%s %" PRIu64, i ? ", " : "", table->rows[i].name,
			counter_value(&table->rows[i], counts));
	log_info("%s%s: %.*s", what, of, (int)text.len, text.bytes);
	buf_fini(&text);
}

static void log_link_counts(const struct link *l)
{
	struct link_counts counts = link_counts(l);
	log_counts("gateway at ", link_endpoint(l), &link_counter_table, &counts);
}

static void log_all_counts(const struct worker *w)
{
	struct lanes_counts lanes = lanes_counts(w->lanes);
	log_counts("all requests", "", &lanes_counter_table, &lanes);
	gateways_visit(w->gateways, log_link_counts);
}

int worker_run(struct worker *w)
{
	service_ready(w->service);
	log_with(LOG_INFO, &(struct log_fields){ .event = LOG_EVENT_STARTED },
		"worker %s started for the gateways at %s", STUDYTRACKER_VERSION,
		w->settings.gateways);
	int exit_status = service_run(w->service);
	gateways_send_responses(w->gateways); /* the loop may have stopped within a turn */
	log_all_counts(w);
	log_with(LOG_INFO, &(struct log_fields){ .event = LOG_EVENT_STOPPED }, "stopped");
	return w->has_bad_setting ? SERVICE_EXIT_SETTING : exit_status;
}

void worker_close(struct worker *w)
{
	gateways_free(&w->gateways, WORKER_LINGER_MS);
	background_free(&w->background);
	lanes_free(&w->lanes);
	password_list_free(&w->password_list);
	timer_free(w->drain_limit);
	socket_hub_free(&w->hub);
	curve_free(&w->curve);
	service_free(&w->service);
}
