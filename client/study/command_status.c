/* study status: shows each gateway with its requests, workers, queue and rates, once or again and
 * again. */
#include <json.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/study/command.h"
#include "client/study/service.h"
#include "client/study/status_lanes.h"
#include "client/study/status_rates.h"
#include "client/study/status_requests.h"
#include "client/study/table.h"

static int run(struct study *study, const struct arguments *args);

enum { INTERVAL, WATCH };

static const struct option options[] = {
	[INTERVAL] = { "interval", OPTION_SECONDS, "SECONDS",
		"time to measure rates, 0: since the start (default: 0.5)" },
	[WATCH] = { "watch", OPTION_FLAG, NULL,
		"show it again after every interval (default: 1) until Ctrl-C" },
	{ 0 },
};

const struct command command_status = { "status", "", "Show gateways, requests, workers and queue",
	"Queries every gateway of the endpoints. The exit status is 3 if none responds. With\n"
	"--watch the terminal always shows the present state; into a pipe or a file, each gateway\n"
	"writes one line per interval.\n",
	options, 0, 0, run };

enum { GATEWAYS_MAX = SERVICE_ENDPOINTS_MAX };

struct gateway {
	const char *endpoint;
	struct study_client *client;
	struct study_error why; /* if it does not respond */
	struct json_object *before, *now;
	double seconds; /* between the two */
	double asked;   /* by watch: when */
};

static double now_seconds(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct json_object *member(struct json_object *object, const char *group, const char *name)
{
	struct json_object *inner = object;
	if (group)
		(void)json_object_object_get_ex(object, group, &inner);
	struct json_object *value = NULL;
	(void)json_object_object_get_ex(inner, name, &value);
	return value;
}

static int64_t number(struct json_object *object, const char *group, const char *name)
{
	return json_object_get_int64(member(object, group, name));
}

static struct json_object *fetch_status(struct gateway *g)
{
	char *json = NULL;
	if (!g->client)
		return NULL;
	if (study_call_json(g->client, "rpc.status", NULL, &json) != STUDY_OK) {
		g->why = *study_client_error(g->client);
		study_client_close(&g->client);
		return NULL;
	}
	struct json_object *status = json_tokener_parse(json);
	study_text_free(&json);
	return status;
}

static struct status_interval interval_of(const struct gateway *g)
{
	return (struct status_interval){
		.now = g->now, .before = g->before, .seconds = g->seconds
	};
}

/* JSON output. */

static struct json_object *json_of(const struct gateway *g)
{
	struct json_object *all = json_object_new_object();
	json_object_object_add(all, "endpoint", json_object_new_string(g->endpoint));
	if (!g->now) {
		json_object_object_add(all, "error", json_object_new_string(g->why.code));
		return all;
	}
	struct status_interval interval = interval_of(g);
	json_object_object_add(all, "per_second", status_rates_json(&interval));
	struct json_object *requests = status_requests_json(&interval);
	if (requests)
		json_object_object_add(all, "requests", requests);
	struct json_object_iterator at = json_object_iter_begin(g->now);
	struct json_object_iterator end = json_object_iter_end(g->now);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
		json_object_object_add(all, json_object_iter_peek_name(&at),
			json_object_get(json_object_iter_peek_value(&at)));
	return all;
}

static void print_json(const struct study *study, const struct gateway *gateways, int count)
{
	struct json_object *list = json_object_new_array(), *all = json_object_new_object();
	for (int i = 0; i < count; i++)
		json_object_array_add(list, json_of(&gateways[i]));
	json_object_object_add(all, "gateways", list);
	terminal_json(
		&study->out, json_object_to_json_string_ext(all, JSON_C_TO_STRING_NOSLASHESCAPE));
	fputc('\n', study->out.to);
	json_object_put(all);
}

/* Text output. */

static void print_workers(const struct study *study, struct json_object *workers)
{
	static const struct column columns[] = {
		{ "  Worker", 0, false },
		{ "Pid", 0, true },
		{ "Credit", 0, true },
		{ "In flight", 0, true },
		{ "Database", 0, false },
		{ "", 0, false },
	};
	struct table table;
	if (!workers || json_object_array_length(workers) == 0) {
		fputs("  no workers: requests fail until one connects\n", study->out.to);
		return;
	}
	table_init(&table, &study->out, columns, 6);
	for (size_t i = 0; i < json_object_array_length(workers); i++) {
		struct json_object *w = json_object_array_get_idx(workers, i);
		char name[64];
		(void)snprintf(name, sizeof name, "  %.36s",
			json_object_get_string(member(w, NULL, "worker")));
		table_add(&table,
			(const char *[]){ name, json_object_get_string(member(w, NULL, "pid")),
				json_object_get_string(member(w, NULL, "credit")),
				json_object_get_string(member(w, NULL, "in_flight")),
				json_object_get_boolean(member(w, NULL, "database")) ? "connected"
										     : "away",
				json_object_get_boolean(member(w, NULL, "leaving")) ? "leaving"
										    : "" });
	}
	(void)table_print(&table);
	table_fini(&table);
}

static const char *state_of(const struct gateway *g)
{
	if (!g->now)
		return g->why.status == STUDY_REFUSED ? "refused" : "no response";
	return json_object_get_boolean(member(g->now, NULL, "ready")) ? "ready" : "not ready";
}

static void print_head(const struct study *study, const struct gateway *g)
{
	const struct terminal *out = &study->out;
	bool is_ready = g->now && json_object_get_boolean(member(g->now, NULL, "ready"));
	terminal_style(out, STYLE_BOLD);
	terminal_text(out, g->endpoint);
	terminal_style(out, is_ready ? STYLE_GOOD : STYLE_BAD);
	fprintf(out->to, "  %s", state_of(g));
	terminal_style(out, STYLE_NONE);
	if (!g->now) {
		fputs(": ", out->to);
		terminal_text(out, g->why.message);
		fputs(credential_hint(&study->credential, g->why.code), out->to);
	}
	fputc('\n', out->to);
}

static void print_counts(
	const struct study *study, const struct gateway *g, const struct status_interval *interval)
{
	FILE *to = study->out.to;
	int64_t up = number(g->now, NULL, "uptime_ms") / 1000;
	int64_t deaths = number(g->now, "counts", "deaths");
	fputs("  version ", to);
	terminal_text(&study->out, json_object_get_string(member(g->now, NULL, "version")));
	fprintf(to, ", pid %lld, up %lld:%02lld:%02lld\n", (long long)number(g->now, NULL, "pid"),
		(long long)up / 3600, (long long)up / 60 % 60, (long long)up % 60);
	fprintf(to, "  queue: %lld of %lld waiting, %lld in flight\n",
		(long long)number(g->now, "queue", "waiting"),
		(long long)number(g->now, "queue", "max"),
		(long long)number(g->now, "queue", "in_flight"));
	status_rates_print(&study->out, interval);
	fprintf(to,
		"  since the start: %lld calls, %lld answered, %lld repeated, %lld worker%s "
		"died\n",
		(long long)number(g->now, "counts", "calls"),
		(long long)number(g->now, "counts", "answered"),
		(long long)number(g->now, "counts", "repeated"), (long long)deaths,
		deaths == 1 ? "" : "s");
}

static void print(const struct study *study, const struct gateway *gateways, int count)
{
	for (int i = 0; i < count; i++) {
		print_head(study, &gateways[i]);
		if (!gateways[i].now)
			continue;
		struct status_interval interval = interval_of(&gateways[i]);
		print_counts(study, &gateways[i], &interval);
		status_requests_print(&study->out, &interval);
		struct json_object *workers = member(gateways[i].now, NULL, "workers");
		print_workers(study, workers);
		if (workers && json_object_array_length(workers) > 0)
			status_lanes_print(&study->out, workers,
				member(gateways[i].before, NULL, "workers"), gateways[i].seconds);
	}
}

/* One line, for files and pipes. */
static void print_line(const struct study *study, const struct gateway *g)
{
	FILE *to = study->out.to;
	terminal_text(&study->out, g->endpoint);
	fprintf(to, " %s", state_of(g));
	if (g->now) {
		struct json_object *workers = member(g->now, NULL, "workers");
		fprintf(to, " workers %zu waiting %lld in_flight %lld",
			workers ? json_object_array_length(workers) : 0,
			(long long)number(g->now, "queue", "waiting"),
			(long long)number(g->now, "queue", "in_flight"));
		struct status_interval interval = interval_of(g);
		status_rates_print_line(&study->out, &interval);
		status_requests_print_line(&study->out, &interval);
	}
	fputc('\n', to);
}

static void show(const struct study *study, const struct gateway *gateways, int count)
{
	if (study->is_json)
		print_json(study, gateways, count);
	else
		print(study, gateways, count);
}

static void show_again(const struct study *study, const struct gateway *gateways, int count)
{
	static const char to_the_top_of_an_empty_screen[] = "\033[H\033[J";
	if (study->is_json || study->out.is_terminal) {
		if (study->out.is_terminal)
			fputs(to_the_top_of_an_empty_screen, study->out.to);
		show(study, gateways, count);
	} else {
		for (int i = 0; i < count; i++)
			print_line(study, &gateways[i]);
	}
	(void)fflush(study->out.to);
}

/* Requests. */

/* No gateway has told its state: the exit status of the first, which may have refused. */
static int exit_of_silence(const struct gateway *gateways, int count)
{
	return count > 0 ? service_exit_of(&gateways[0].why) : STUDY_EXIT_UNREACHABLE;
}

static int ask_all(struct study *study, struct gateway *gateways, int count, int interval_ms)
{
	int responding = 0;
	for (int i = 0; i < count; i++) {
		int exit = service_open_client(study, gateways[i].endpoint, 0, &gateways[i].client);
		if (exit != STUDY_EXIT_DONE)
			return exit;
		gateways[i].now = fetch_status(&gateways[i]);
		gateways[i].seconds = now_seconds();
	}
	(void)poll(NULL, 0, interval_ms);
	for (int i = 0; i < count; i++) {
		struct json_object *now = interval_ms > 0 ? fetch_status(&gateways[i]) : NULL;
		if (now) {
			gateways[i].before = gateways[i].now;
			gateways[i].now = now;
			gateways[i].seconds = now_seconds() - gateways[i].seconds;
		}
		responding += gateways[i].now != NULL;
	}
	return responding > 0 ? STUDY_EXIT_DONE : exit_of_silence(gateways, count);
}

/* A gateway that did not respond may do so now. */
static void ask_again(struct study *study, struct gateway *g)
{
	if (!g->client && service_open_client(study, g->endpoint, 0, &g->client) != STUDY_EXIT_DONE)
		return;
	json_object_put(g->before);
	g->before = g->now;
	g->now = fetch_status(g);
	double now = now_seconds();
	g->seconds = now - g->asked;
	g->asked = now;
}

enum { WATCH_MIN_MS = 100 }; /* a shorter interval would be load */

/* Until Ctrl-C, or until nobody reads the output. */
static int watch(struct study *study, struct gateway *gateways, int count, int interval_ms)
{
	for (;;) {
		for (int i = 0; i < count; i++)
			ask_again(study, &gateways[i]);
		show_again(study, gateways, count);
		if (ferror(study->out.to))
			return STUDY_EXIT_DONE;
		(void)poll(NULL, 0, interval_ms > WATCH_MIN_MS ? interval_ms : WATCH_MIN_MS);
	}
}

static void close_all(struct gateway *gateways, int count)
{
	for (int i = 0; i < count; i++) {
		study_client_close(&gateways[i].client);
		json_object_put(gateways[i].before);
		json_object_put(gateways[i].now);
	}
}

static int milliseconds_of(const struct option_value *given, int default_ms)
{
	return given->is_given ? (int)given->number : default_ms;
}

static int run(struct study *study, const struct arguments *args)
{
	struct gateway gateways[GATEWAYS_MAX] = { 0 };
	int count = 0;
	const struct option_value *interval = &args->own[INTERVAL];
	const char *endpoints = service_endpoints(study);
	char *copy = endpoints ? strdup(endpoints) : NULL, *rest = NULL;
	if (!copy)
		return STUDY_EXIT_UNREACHABLE;
	for (char *at = strtok_r(copy, ", \t\r\n", &rest); at && count < GATEWAYS_MAX;
		at = strtok_r(NULL, ", \t\r\n", &rest))
		gateways[count++].endpoint = at;
	int exit = args->own[WATCH].is_given
			   ? watch(study, gateways, count, milliseconds_of(interval, 1000))
			   : ask_all(study, gateways, count, milliseconds_of(interval, 500));
	if (exit != STUDY_EXIT_USAGE && !args->own[WATCH].is_given)
		show(study, gateways, count);
	close_all(gateways, count);
	free(copy);
	return exit;
}
