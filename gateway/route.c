#include "gateway/route.h"

#include <string.h>

#include "gateway/http_list.h"
#include "gateway/http_text.h"

#define V1 "/api/v1"

/* No sessions with a time of day yet: without a refusal they would become 60 minutes of today. */
static const char *const timed[] = { "started_at", "ended_at", NULL };

static const char *const not_of_sessions[] = { "created_at", "match_case", NULL };
static const char *const not_of_topics[] = { "allow_namesake", NULL };

static const struct route_body log_body = {
	.alias = "duration_minutes",
	.param = "minutes",
	.refused = timed,
	.ignored = not_of_sessions,
};

static const struct route log_by_tag = {
	"POST", "/sessions", LOCAL_NONE, "sessions.log", 200, ROUTE_BODY | ROUTE_GENERATE_ID, 422, &log_body
};

static const struct route_body session_body = {
	.tagged = &log_by_tag,
	.alias = "minutes",
	.param = "duration_minutes",
	.refused = timed,
	.ignored = not_of_sessions,
};

/* A name that is taken makes a second topic, as in the existing study trackers. */
static const struct route_body topic_body = {
	.ignored = not_of_topics,
	.fixed = "allow_namesake",
};

static const struct route route_table[] = {
	/* the study API: what clients of the existing study trackers use */
	{ "GET", "/topics/{topic_id}", LOCAL_NONE, "topics.get", 200, ROUTE_ETAG, 0, NULL },
	{ "POST", "/sessions", LOCAL_NONE, "sessions.create", 201, ROUTE_BODY | ROUTE_GENERATE_ID, 0, &session_body },
	{ "GET", "/sessions", LOCAL_NONE, "sessions.list", 200, ROUTE_STREAM, 0, NULL },
	{ "GET", "/topics", LOCAL_NONE, "topics.list", 200, ROUTE_STREAM, 0, NULL },
	{ "POST", "/topics", LOCAL_NONE, "topics.create", 201, ROUTE_BODY, 0, &topic_body },
	{ "GET", "/stats", LOCAL_NONE, "stats.totals", 200, 0, 0, NULL },
	{ "GET", "/", LOCAL_ROOT, NULL, 200, 0, 0, NULL },
	{ "GET", "/health", LOCAL_HEALTH, NULL, 200, 0, 0, NULL },
	{ "GET", "/healthz", LOCAL_HEALTHZ, NULL, 200, 0, 0, NULL },
	{ "GET", "/readyz", LOCAL_READYZ, NULL, 200, 0, 0, NULL },
	{ "GET", "/openapi.json", LOCAL_OPENAPI, NULL, 200, ROUTE_PUBLIC, 0, NULL },
	/* the native API */
	{ "GET", V1 "/topics", LOCAL_NONE, "topics.list", 200, ROUTE_STRICT, 0, NULL },
	{ "POST", V1 "/topics", LOCAL_NONE, "topics.create", 201, ROUTE_STRICT | ROUTE_BODY | ROUTE_ETAG, 0, NULL },
	{ "GET", V1 "/topics/{topic_id}", LOCAL_NONE, "topics.get", 200, ROUTE_STRICT | ROUTE_ETAG, 0, NULL },
	{ "PATCH", V1 "/topics/{topic_id}", LOCAL_NONE, "topics.update", 200,
	  ROUTE_STRICT | ROUTE_BODY | ROUTE_ETAG, 0, NULL },
	{ "DELETE", V1 "/topics/{topic_id}", LOCAL_NONE, "topics.delete", 204, ROUTE_STRICT | ROUTE_ETAG, 0, NULL },
	{ "POST", V1 "/topics/{topic_id}/restore", LOCAL_NONE, "topics.restore", 200,
	  ROUTE_STRICT | ROUTE_BODY | ROUTE_OPTIONAL | ROUTE_ETAG, 0, NULL },
	{ "POST", V1 "/topics/{topic_id}/merge", LOCAL_NONE, "topics.merge", 200,
	  ROUTE_STRICT | ROUTE_BODY | ROUTE_ETAG, 0, NULL },
	{ "GET", V1 "/sessions", LOCAL_NONE, "sessions.list", 200, ROUTE_STRICT, 0, NULL },
	{ "POST", V1 "/sessions", LOCAL_NONE, "sessions.create", 201,
	  ROUTE_STRICT | ROUTE_BODY | ROUTE_GENERATE_ID | ROUTE_ETAG, 0, NULL },
	{ "GET", V1 "/sessions/{session_id}", LOCAL_NONE, "sessions.get", 200, ROUTE_STRICT | ROUTE_ETAG, 0, NULL },
	{ "PUT", V1 "/sessions/{session_id}", LOCAL_NONE, "sessions.create", 200,
	  ROUTE_STRICT | ROUTE_BODY | ROUTE_ETAG | ROUTE_CREATES, 0, NULL },
	{ "PATCH", V1 "/sessions/{session_id}", LOCAL_NONE, "sessions.update", 200,
	  ROUTE_STRICT | ROUTE_BODY | ROUTE_ETAG, 0, NULL },
	{ "DELETE", V1 "/sessions/{session_id}", LOCAL_NONE, "sessions.delete", 204,
	  ROUTE_STRICT | ROUTE_ETAG, 0, NULL },
	{ "POST", V1 "/sessions/{session_id}/restore", LOCAL_NONE, "sessions.restore", 200,
	  ROUTE_STRICT | ROUTE_ETAG, 0, NULL },
	{ "GET", V1 "/account", LOCAL_NONE, "account.get", 200, ROUTE_STRICT | ROUTE_ETAG, 0, NULL },
	{ "PATCH", V1 "/account", LOCAL_NONE, "account.update", 200, ROUTE_STRICT | ROUTE_BODY | ROUTE_ETAG, 0, NULL },
	{ "GET", V1 "/stats/summary", LOCAL_NONE, "stats.summary", 200, ROUTE_STRICT, 0, NULL },
	{ "GET", V1 "/stats/series", LOCAL_NONE, "stats.series", 200, ROUTE_STRICT, 0, NULL },
	{ "GET", V1 "/stats/heatmap", LOCAL_NONE, "stats.heatmap", 200, ROUTE_STRICT, 0, NULL },
	{ "GET", V1 "/stats/streak", LOCAL_NONE, "stats.streak", 200, ROUTE_STRICT, 0, NULL },
};

enum { ROUTE_COUNT = sizeof route_table / sizeof *route_table };

const struct route *route_at(size_t index)
{
	return index < ROUTE_COUNT ? &route_table[index] : NULL;
}

static struct span without_last_slash(struct span path)
{
	if (path.len > 1 && path.bytes[path.len - 1] == '/')
		path.len--;
	return path;
}

/* Takes the next segment off a path: what stands between its first slash and the next one. */
static struct span take_segment(struct span *path)
{
	*path = span_drop(*path, 1);
	const char *slash = path->len ? memchr(path->bytes, '/', path->len) : NULL;
	struct span segment = span_first(*path, slash ? (size_t)(slash - path->bytes) : path->len);
	*path = span_drop(*path, segment.len);
	return segment;
}

/* Patterns hold unreserved characters only, so that an escape of another one never equals. */
static bool is_same(struct span pattern, struct span segment)
{
	size_t i = 0;
	for (; i < pattern.len && segment.len; i++) {
		char byte = *segment.bytes;
		bool is_escape = http_starts_escape(segment);
		if (is_escape)
			byte = (char)(http_hex_value(segment.bytes[1]) << 4
				      | http_hex_value(segment.bytes[2]));
		if (byte != pattern.bytes[i])
			return false;
		segment = span_drop(segment, is_escape ? 3 : 1);
	}
	return i == pattern.len && segment.len == 0;
}

static bool match_segment(struct span pattern, struct span segment, struct route_match *out)
{
	if (pattern.len == 0 || *pattern.bytes != '{')
		return is_same(pattern, segment);
	if (segment.len == 0 || out->count == ROUTE_SEGMENTS_MAX)
		return false;
	out->names[out->count] = pattern.bytes + 1;
	out->name_lens[out->count] = pattern.len - 2;
	out->values[out->count++] = segment;
	return true;
}

static bool match_path(const char *path_pattern, struct span path, struct route_match *out)
{
	struct span pattern = span_of(path_pattern);
	out->count = 0;
	while (pattern.len && path.len && *path.bytes == '/')
		if (!match_segment(take_segment(&pattern), take_segment(&path), out))
			return false;
	return pattern.len == 0 && path.len == 0;
}

enum status route_find(struct span method, struct span path, struct route_match *out)
{
	path = without_last_slash(path);
	if (span_is(method, "HEAD"))
		method = SPAN("GET");
	enum status st = ST_NOT_FOUND;
	for (size_t i = 0; i < ROUTE_COUNT; i++) {
		struct route_match match;
		if (!match_path(route_table[i].path, path, &match))
			continue;
		st = ST_METHOD_NOT_ALLOWED;
		if (!span_is(method, route_table[i].method))
			continue;
		*out = match;
		out->route = &route_table[i];
		return ST_OK;
	}
	return st;
}

static void put_methods(struct span path, bool is_any, struct buf *out)
{
	struct buf seen = { 0 };
	struct route_match match;
	for (size_t i = 0; i < ROUTE_COUNT; i++) {
		const char *method = route_table[i].method;
		if (!is_any && !match_path(route_table[i].path, path, &match))
			continue;
		if (http_list_has(http_list_of_text(buf_view(&seen)), span_of(method)))
			continue;
		buf_text(&seen, method);
		buf_text(&seen, strcmp(method, "GET") == 0 ? ", HEAD, " : ", ");
	}
	buf_span(out, buf_view(&seen));
	if (seen.len)
		buf_text(out, "OPTIONS");
	out->failed |= seen.failed;
	buf_fini(&seen);
}

void route_allow(struct span path, struct buf *out)
{
	put_methods(without_last_slash(path), span_is(path, "*"), out);
}

bool route_is_of_row(const struct route *route)
{
	bool may_create = strcmp(route->method, "POST") == 0;
	return strchr(route->path, '{') || ((route->flags & ROUTE_ETAG) && !may_create);
}

void route_put_location(const struct route *route, struct span id, struct buf *out)
{
	if (id.len == 0 || strchr(route->path, '{'))
		return;
	buf_text(out, route->path);
	buf_byte(out, '/');
	http_percent_encode(id, out);
}
