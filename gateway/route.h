/*
 * route: what every HTTP method and path leads to, one table.
 *
 * A route either calls an RPC method or has a local handler (gateway/api.c). A path segment
 * in braces is a param of that RPC method, by its name. schema/openapi.json is checked against
 * the table (studytracker-gateway --routes prints it).
 *
 *	struct route_match match;
 *	enum status st = route_find(SPAN("GET"), SPAN("/topics/7"), &match);
 *	// ST_OK: match.route, match.values[0] is "7"
 */
#ifndef GATEWAY_ROUTE_H
#define GATEWAY_ROUTE_H

#include "common/method.h"

enum { ROUTE_SEGMENTS_MAX = 2 };

/* What a local handler is asked for; the gateway answers without a worker. */
enum route_local {
	LOCAL_NONE,
	LOCAL_ROOT,
	LOCAL_HEALTH,
	LOCAL_HEALTHZ,
	LOCAL_READYZ,
	LOCAL_OPENAPI,
};

enum {
	ROUTE_BODY = 1,       /* takes a JSON object */
	ROUTE_STRICT = 2,     /* unknown query parameters and fields are refused by name */
	ROUTE_ETAG = 4,       /* one resource with an ETag: If-Match, If-None-Match */
	ROUTE_GENERATE_ID = 8,       /* the gateway generates session_id */
	ROUTE_STREAM = 16,    /* a page method answered as one JSON array, page by page */
	ROUTE_PUBLIC = 64,    /* the same for everybody: caches may keep it and must revalidate */
	ROUTE_OPTIONAL = 128, /* with ROUTE_BODY: the body may be absent */
	ROUTE_CREATES = 32,   /* 201 where the row was made by this request, else 200 */
};

struct route;

/* What the root surface does with a body, before the method's params are read from it. */
struct route_body {
	const struct route *tagged; /* taken where the body has tag or minutes and no topic_id */
	const char *alias, *param;  /* `alias` is another name of `param`; NULL: there is none */
	const char *const *refused; /* fields that would be dropped though they matter; or NULL */
	const char *const *ignored; /* params that a body can't give here; or NULL */
	const char *fixed;          /* a PARAM_BOOL that is always true; or NULL */
};

struct route {
	const char *method;
	const char *path;
	enum route_local local;
	const char *rpc;
	int http_status;
	unsigned flags;
	int invalid_status;            /* for INVALID_INPUT; 0: the status table's */
	const struct route_body *body; /* NULL: the body has the method's params */
};

struct route_match {
	const struct route *route;
	struct span values[ROUTE_SEGMENTS_MAX]; /* still percent-encoded */
	const char *names[ROUTE_SEGMENTS_MAX];  /* into the table; not NUL-terminated */
	size_t name_lens[ROUTE_SEGMENTS_MAX];
	size_t count;
};

/* ST_OK, ST_NOT_FOUND, or ST_METHOD_NOT_ALLOWED. HEAD takes the GET route. A slash at the end
 * of a path makes no difference. Paths are compared segment by segment: an escaped unreserved
 * character equals the character itself (RFC 3986 section 6.2.2.2), and %2F is not a separator. */
enum status route_find(struct span method, struct span path, struct route_match *out) MUST_CHECK;

/* "GET, HEAD, POST, OPTIONS": what a path takes; empty where it is unknown. The path "*" takes
 * every method that a route has. */
void route_allow(struct span path, struct buf *out);

/* Whether the route is of one row, which its path names: /topics/{topic_id}, /account. So it takes
 * preconditions. */
bool route_is_of_row(const struct route *route);

/* Appends the path of a row that the route has created: the route's path, a slash and the id.
 * Nothing for a route whose path names the row already. */
void route_put_location(const struct route *route, struct span id, struct buf *out);

const struct route *route_at(size_t index); /* NULL past the end */

#endif
