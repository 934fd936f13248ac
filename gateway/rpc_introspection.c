#include "gateway/rpc_introspection.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/msg.h"
#include "common/uuid.h"
#include "gateway/metrics_requests.h"
#include "version.h"

static void put_methods(struct buf *out, const struct rpc_status_source *source);
static void put_status(struct buf *out, const struct rpc_status_source *source);

static const struct rpc_local local_table[] = {
	{ { .name = "rpc.methods", .safe_to_repeat = true,
	    .summary = "Every method with its params." }, true, put_methods },
	{ { .name = "rpc.status", .safe_to_repeat = true,
	    .summary = "The gateway, its workers, its queue and what it has counted." }, false,
	  put_status },
};

#define AT(field) COUNTER_AT(struct rpc_counts, field)

static const struct counter counts_rows[] = {
	{ "peers",     COUNTER_GAUGE, AT(peers),     "Clients that wait for a response." },
	{ "in_flight", COUNTER_GAUGE, AT(in_flight), "Requests in the pool." },
	{ "bytes",     COUNTER_GAUGE, AT(bytes),     "Bytes of the params of these requests." },
	{ "requests",  COUNTER_TOTAL, AT(requests),  "Requests received." },
	{ "answered",  COUNTER_TOTAL, AT(answered),  "Results and errors put into messages to clients." },
	{ "refused",   COUNTER_TOTAL, AT(refused),   "Requests that the gateway refused itself." },
	{ "dropped",   COUNTER_TOTAL, AT(dropped),   "Responses and messages dropped: the client is gone or does not read, or memory is out." },
	{ "malformed", COUNTER_TOTAL, AT(malformed), "Messages not read to their end because they break the protocol." },
	{ "ignored",   COUNTER_TOTAL, AT(ignored),   "Notifications and responses that clients sent." },
};

const struct counter_table rpc_counter_table = { "rpc", "studytracker_rpc_", counts_rows,
	sizeof counts_rows / sizeof *counts_rows };

enum { LOCAL_COUNT = sizeof local_table / sizeof *local_table };

static const char *const kind_names[] = {
	[PARAM_INT] = "integer", [PARAM_BOOL] = "boolean", [PARAM_TEXT] = "text",
	[PARAM_USERNAME] = "username", [PARAM_EMAIL] = "email",
	[PARAM_NAME] = "name", [PARAM_UUID] = "uuid", [PARAM_DATE] = "date",
	[PARAM_INSTANT] = "instant", [PARAM_LOCAL_INSTANT] = "local_instant", [PARAM_TIME] = "time",
	[PARAM_CHOICE] = "choice", [PARAM_CURSOR] = "cursor",
	[PARAM_REAL] = "number", [PARAM_CURSOR_INT] = "cursor",
	[PARAM_CURSOR_TEXT] = "cursor",
	[PARAM_TEXTS] = "texts", [PARAM_IDS] = "ids", [PARAM_OBJECTS] = "objects",
	[PARAM_VALUES] = "values",
};

const char *param_kind_name(enum param_kind kind)
{
	return kind_names[kind];
}

const struct rpc_local *rpc_local_find(struct span name)
{
	for (size_t i = 0; i < LOCAL_COUNT; i++)
		if (span_is(name, local_table[i].method.name))
			return &local_table[i];
	return NULL;
}

const struct rpc_local *rpc_local_at(size_t index)
{
	return index < LOCAL_COUNT ? &local_table[index] : NULL;
}

/* Writes a map and counts its pairs. */
struct map {
	struct buf *out;
	size_t mark;
	uint32_t pairs;
};

static struct map open_map(struct buf *out)
{
	return (struct map){ .out = out, .mark = msg_open_map(out) };
}

static void close_map(const struct map *map)
{
	msg_close(map->out, map->mark, map->pairs);
}

static struct buf *put_key(struct map *map, const char *key)
{
	msg_put_key(map->out, key);
	map->pairs++;
	return map->out;
}

static void put_text(struct map *map, const char *key, const char *text)
{
	msg_put_key(put_key(map, key), text);
}

static void put_int(struct map *map, const char *key, int64_t value)
{
	msg_put_int(put_key(map, key), value);
}

static void put_bool(struct map *map, const char *key, bool value)
{
	msg_put_bool(put_key(map, key), value);
}

static void put_uuid(struct map *map, const char *key, const unsigned char uuid[16])
{
	char text[UUID_TEXT_LEN];
	uuid_format(uuid, text);
	msg_put_text(put_key(map, key), (struct span){ text, sizeof text });
}

/* rpc.methods */

bool param_has_bounds(const struct param *p)
{
	static const bool has_bounds[] = {
		[PARAM_INT] = true,
		[PARAM_REAL] = true,
		[PARAM_TEXT] = true,
		[PARAM_NAME] = true,
		[PARAM_USERNAME] = true,
		[PARAM_EMAIL] = true,
		[PARAM_TEXTS] = true,
		[PARAM_IDS] = true,
		[PARAM_OBJECTS] = true,
		[PARAM_VALUES] = true,
		[PARAM_CURSOR] = false,
		[PARAM_CURSOR_INT] = false,
		[PARAM_CURSOR_TEXT] = false,
	};
	return has_bounds[p->kind] && (p->max > 0 || p->kind == PARAM_REAL);
}

static void put_default(struct map *map, const struct param *p)
{
	if (p->kind == PARAM_INT)
		put_int(map, "default", strtoll(p->fallback, NULL, 10));
	else if (p->kind == PARAM_REAL)
		msg_put_real(put_key(map, "default"), strtod(p->fallback, NULL));
	else
		put_text(map, "default", p->fallback);
}

static void put_choices(struct map *map, const char *const *choices)
{
	uint32_t count = 0;
	struct buf *out = put_key(map, "choices");
	size_t mark = msg_open_array(out);
	for (; choices[count]; count++)
		msg_put_key(out, choices[count]);
	msg_close(out, mark, count);
}

static void put_items(struct map *map, const struct param *p)
{
	struct buf *out = put_key(map, "items");
	msg_put_array(out, (uint32_t)p->item_count);
	for (size_t i = 0; i < p->item_count; i++)
		param_describe(out, &p->items[i]);
}

/* Calls itself through put_items, once: items have none. */
void param_describe(struct buf *out, const struct param *p)
{
	struct map map = open_map(out);
	bool is_element = !p->name; /* of a list */
	if (!is_element)
		put_text(&map, "name", p->name);
	put_text(&map, "kind", param_kind_name(p->kind));
	if (!is_element)
		put_bool(&map, "required",
			(p->flags & PARAM_REQUIRED) && !(p->flags & PARAM_GENERATED));
	if (param_has_bounds(p))
		put_int(&map, "min", p->min);
	if (param_has_bounds(p) && p->max != INT64_MAX)
		put_int(&map, "max", p->max);
	if (p->fallback)
		put_default(&map, p);
	if (p->choices)
		put_choices(&map, p->choices);
	if (p->items)
		put_items(&map, p);
	close_map(&map);
}

static void put_method(struct buf *out, const struct method *m)
{
	struct map map = open_map(out);
	uint32_t count = (uint32_t)method_client_params(m);
	put_text(&map, "name", m->name);
	put_text(&map, "summary", m->summary);
	put_bool(&map, "writes", m->is_write);
	put_bool(&map, "safe_to_repeat", m->safe_to_repeat);
	msg_put_array(put_key(&map, "params"), count);
	for (uint32_t i = 0; i < count; i++)
		param_describe(out, &m->params[i]);
	close_map(&map);
}

static void put_methods(struct buf *out, const struct rpc_status_source *source)
{
	(void)source;
	struct map map = open_map(out);
	size_t mark = msg_open_array(put_key(&map, "methods"));
	uint32_t count = LOCAL_COUNT;
	for (size_t i = 0; i < method_count(); i++) {
		if (method_at(i)->audience != AUDIENCE_CLIENTS)
			continue;
		put_method(out, method_at(i));
		count++;
	}
	for (size_t i = 0; i < LOCAL_COUNT; i++)
		put_method(out, &local_table[i].method);
	msg_close(out, mark, count);
	close_map(&map);
}

/* rpc.status */

/* The lanes that have been connected. */
static void put_lanes(struct map *map, const struct worker_stats *stats)
{
	uint32_t count = 0;
	struct buf *out = put_key(map, "lanes");
	size_t mark = msg_open_map(out);
	for (size_t i = 0; i < WORKER_LANES; i++) {
		if (stats->lanes[i].connections == 0)
			continue;
		msg_put_key(out, worker_lane_name(i));
		lane_counts_put(out, &stats->lanes[i]);
		count++;
	}
	msg_close(out, mark, count);
}

static void put_worker(struct buf *out, const struct pool_worker *w)
{
	struct map map = open_map(out);
	put_uuid(&map, "worker", w->uuid);
	put_int(&map, "pid", w->pid);
	put_int(&map, "credit", w->credit > w->sent ? w->credit - w->sent : 0);
	put_int(&map, "in_flight", (int64_t)w->in_flight);
	put_bool(&map, "database", w->has_database);
	put_bool(&map, "leaving", w->is_leaving);
	put_lanes(&map, &w->stats);
	close_map(&map);
}

static void put_workers(struct map *map, const struct pool *pool)
{
	uint32_t count = 0;
	struct buf *out = put_key(map, "workers");
	size_t mark = msg_open_array(out);
	for (const struct pool_worker *w = pool_workers(pool); w; w = w->next, count++)
		put_worker(out, w);
	msg_close(out, mark, count);
}

static void put_counters(struct map *map, const struct counter_sources *sources)
{
	for (size_t i = 0; sources && i < sources->count; i++) {
		const struct counter_source *source = &sources->items[i];
		counter_put_map(put_key(map, source->table->name), source->table, source->counts);
	}
}

static void put_bounds(struct map *map, const struct histogram_shape *shape)
{
	struct buf *out = put_key(map, "bounds_us");
	msg_put_array(out, (uint32_t)shape->count);
	for (size_t i = 0; i < shape->count; i++)
		msg_put_int(out, shape->bounds[i]);
}

static void put_total(struct buf *out, const struct metrics_total *total)
{
	struct map map = open_map(out);
	put_int(&map, "requests", (int64_t)total->requests);
	put_int(&map, "refused", (int64_t)total->refused);
	put_int(&map, "unavailable", (int64_t)total->unavailable);
	put_int(&map, "failed", (int64_t)total->failed);
	histogram_put(put_key(&map, "duration_us"), &metrics_latency_shape, &total->latency);
	close_map(&map);
}

static void put_http_requests(struct map *map, const struct metrics_requests *requests)
{
	static const char *const class_names[METRICS_CLASSES] = {
		[METRICS_READ] = "read", [METRICS_WRITE] = "write", [METRICS_OTHER] = "other"
	};
	struct map inner = open_map(put_key(map, "http_requests"));
	put_bounds(&inner, &metrics_latency_shape);
	for (int i = 0; i < METRICS_CLASSES; i++)
		put_total(put_key(&inner, class_names[i]), &requests->totals[i]);
	close_map(&inner);
}

static void put_status(struct buf *out, const struct rpc_status_source *source)
{
	const struct pool *pool = workers_pool(source->workers);
	struct map map = open_map(out);
	put_uuid(&map, "gateway", workers_uuid(source->workers));
	put_text(&map, "version", STUDYTRACKER_VERSION);
	put_int(&map, "pid", getpid());
	put_int(&map, "uptime_ms", (int64_t)source->uptime_ms);
	put_bool(&map, "ready", pool_readiness(pool) == ST_OK);
	put_workers(&map, pool);
	put_counters(&map, source->counters);
	if (source->http_requests)
		put_http_requests(&map, source->http_requests);
	close_map(&map);
}
