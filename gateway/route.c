#include "gateway/route.h"

#include <string.h>

#define V1 "/api/v1"

static const struct route log_by_tag = {
	"POST", "/sessions", LOCAL_NONE, "sessions.log", 200, ROUTE_BODY | ROUTE_MINT, 422, NULL
};

static const struct route route_table[] = {
	/* the study API: what clients of the existing study trackers use */
	{ "GET", "/topics/{topic_id}", LOCAL_NONE, "topics.get", 200, 0, 0, NULL },
	{ "POST", "/sessions", LOCAL_NONE, "sessions.create", 201, ROUTE_BODY | ROUTE_MINT, 0, &log_by_tag },
	{ "GET", "/sessions", LOCAL_NONE, "sessions.list", 200, ROUTE_STREAM, 0, NULL },
	{ "GET", "/topics", LOCAL_NONE, "topics.list", 200, ROUTE_STREAM, 0, NULL },
	{ "POST", "/topics", LOCAL_NONE, "topics.create", 201, ROUTE_BODY, 0, NULL },
	{ "GET", "/stats", LOCAL_NONE, "stats.totals", 200, 0, 0, NULL },
	{ "GET", "/", LOCAL_ROOT, NULL, 200, 0, 0, NULL },
	{ "GET", "/health", LOCAL_HEALTH, NULL, 200, 0, 0, NULL },
	{ "GET", "/healthz", LOCAL_HEALTHZ, NULL, 200, 0, 0, NULL },
	{ "GET", "/readyz", LOCAL_READYZ, NULL, 200, 0, 0, NULL },
	{ "GET", "/openapi.json", LOCAL_OPENAPI, NULL, 200, 0, 0, NULL },
	/* the native API */
	{ "GET", V1 "/topics", LOCAL_NONE, "topics.list", 200, ROUTE_STRICT, 0, NULL },
	{ "POST", V1 "/topics", LOCAL_NONE, "topics.create", 201, ROUTE_STRICT | ROUTE_BODY | ROUTE_ETAG, 0, NULL },
	{ "GET", V1 "/topics/{topic_id}", LOCAL_NONE, "topics.get", 200, ROUTE_STRICT | ROUTE_ETAG, 0, NULL },
	{ "PATCH", V1 "/topics/{topic_id}", LOCAL_NONE, "topics.update", 200,
	  ROUTE_STRICT | ROUTE_BODY | ROUTE_ETAG, 0, NULL },
	{ "DELETE", V1 "/topics/{topic_id}", LOCAL_NONE, "topics.delete", 204, ROUTE_STRICT | ROUTE_ETAG, 0, NULL },
	{ "GET", V1 "/sessions", LOCAL_NONE, "sessions.list", 200, ROUTE_STRICT, 0, NULL },
	{ "POST", V1 "/sessions", LOCAL_NONE, "sessions.create", 201,
	  ROUTE_STRICT | ROUTE_BODY | ROUTE_MINT | ROUTE_ETAG, 0, NULL },
	{ "GET", V1 "/sessions/{session_id}", LOCAL_NONE, "sessions.get", 200, ROUTE_STRICT | ROUTE_ETAG, 0, NULL },
	{ "PUT", V1 "/sessions/{session_id}", LOCAL_NONE, "sessions.create", 200,
	  ROUTE_STRICT | ROUTE_BODY | ROUTE_ETAG | ROUTE_CREATES, 0, NULL },
	{ "PATCH", V1 "/sessions/{session_id}", LOCAL_NONE, "sessions.update", 200,
	  ROUTE_STRICT | ROUTE_BODY | ROUTE_ETAG, 0, NULL },
	{ "DELETE", V1 "/sessions/{session_id}", LOCAL_NONE, "sessions.delete", 204,
	  ROUTE_STRICT | ROUTE_ETAG, 0, NULL },
	{ "POST", V1 "/sessions/{session_id}/restore", LOCAL_NONE, "sessions.restore", 200,
	  ROUTE_STRICT | ROUTE_ETAG, 0, NULL },
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

/* One braced segment of the pattern against one of the path; both are advanced past it. */
static bool match_segment(const char **pattern, struct span *path, struct route_match *out)
{
	const char *name = *pattern + 1;
	const char *close = strchr(name, '}');
	const char *slash = memchr(path->bytes, '/', path->len);
	size_t len = slash ? (size_t)(slash - path->bytes) : path->len;
	if (len == 0 || out->count == ROUTE_SEGMENTS_MAX)
		return false;
	out->names[out->count] = name;
	out->name_lens[out->count] = (size_t)(close - name);
	out->values[out->count++] = (struct span){ path->bytes, len };
	*pattern = close + 1;
	path->bytes += len;
	path->len -= len;
	return true;
}

static bool match_path(const char *pattern, struct span path, struct route_match *out)
{
	out->count = 0;
	while (*pattern) {
		if (*pattern == '{') {
			if (!match_segment(&pattern, &path, out))
				return false;
		} else {
			if (path.len == 0 || *path.bytes != *pattern)
				return false;
			pattern++;
			path.bytes++;
			path.len--;
		}
	}
	return path.len == 0;
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

void route_allow(struct span path, struct buf *out)
{
	path = without_last_slash(path);
	size_t before = out->len;
	struct route_match match;
	for (size_t i = 0; i < ROUTE_COUNT; i++) {
		if (!match_path(route_table[i].path, path, &match))
			continue;
		buf_text(out, route_table[i].method);
		buf_text(out, strcmp(route_table[i].method, "GET") == 0 ? ", HEAD, " : ", ");
	}
	if (out->len > before)
		buf_text(out, "OPTIONS");
}
