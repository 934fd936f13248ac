/*
 * route: what an HTTP method and a path lead to.
 *
 * A row of gateway/route_table.c calls an RPC method of a worker, or has a `start` function and
 * needs no worker. At start, each row becomes a route: its RPC method, dialect and functions are
 * found once. schema/openapi.json is checked against the routes (studytracker-gateway --routes
 * prints them).
 *
 *	{ .method = "GET", .path = "/topics/{topic_id}", .rpc = "topics.get", .has_etag = true }
 */
#ifndef GATEWAY_ROUTE_H
#define GATEWAY_ROUTE_H

#include "common/method.h"
#include "gateway/dialect.h"

struct api_request;
struct json_in;

enum { ROUTE_PARAMS_MAX = 4 };         /* of a path */
enum { ROUTE_METHOD_PARAMS_MAX = 64 }; /* of an RPC method: a set of them fits uint64_t */

/* Begins the response to a whole request that is authenticated. Takes the request. */
typedef void (*route_start)(struct api_request **r);

/* Responds with the result of the RPC method. Takes the request. */
typedef void (*route_respond)(struct api_request **r, struct span result);

/* Whether a route takes a JSON object. */
enum route_takes_body { BODY_NONE, BODY_REQUIRED, BODY_OPTIONAL };

/* What is done with a body before the method's params are read from it. */
struct route_body {
	/* True: `variant` takes the request; it has the same method and path. NULL: no variant. */
	bool (*chooses_variant)(const struct json_in *body);
	const struct route_row *variant;
	const char *alias, *param;  /* `alias` is another name of `param`; NULL: there is none */
	const char *const *refused; /* fields that would be ignored although they matter; or NULL */
	const char *const *ignored; /* params that this body can't give; or NULL */
};

/* What is done with a query before the method's params are read from it. */
struct route_query {
	/* `alias` is another name of `param`, and the one in the texts of errors, because the
	 * clients know it; NULL: there is none. */
	const char *alias, *param;
	const char *const *lenient; /* PARAM_CHOICEs whose unknown values are ignored; or NULL */
	/* A PARAM_BOOL that is true if the query gives neither it nor one of `narrowing`; or
	 * NULL. */
	const char *fallback;
	const char *const *narrowing;
};

enum { ROUTE_FIXED_MAX = 4 };

/* A param that the route itself gives. Its text is read as that of a query is. */
struct route_fixed {
	const char *param, *text;
};

/* A row leaves out what is false, none or 0. */
struct route_row {
	const char *method;
	const char *path; /* a segment in braces is a param of the RPC method, by its name */
	const char *rpc;  /* the RPC method; NULL: `start` responds */
	route_start start;
	/* The params of a request that `start` reads itself (gateway/api_form.h), as those of an
	 * RPC method; NULL: there are none. */
	const struct method *form;
	route_respond respond; /* NULL: by the shape of the method's result */
	int status;            /* 0: 200 */
	int created_status;    /* if the request has created its row; 0: `status` */
	int invalid_status;    /* of INVALID_INPUT; 0: the dialect's */
	enum route_takes_body takes_body;
	const struct route_body *body;   /* NULL: the body has the method's params */
	const struct route_query *query; /* NULL: the query has the method's params */
	const struct route_fixed *fixed; /* up to one without a param; NULL: there is none */
	bool is_whole;                   /* all pages of a list, also where lists are pages */
	bool has_etag;                   /* of one row: ETag, If-Match, If-None-Match */
	bool is_probe;                   /* asks whether the service lives, so no limit counts it */
	bool is_open;  /* needs no principal, and ignores credentials, as an open method does */
	bool is_asset; /* the same for everybody and with its own ETag: caches may keep it */
	/* Of a row that a 201 has created: this, a slash and its id. NULL: `path`, if the dialect
	 * has locations and the path has no params. */
	const char *location;
	const struct error_text *texts; /* up to one without a text; NULL: the dialect's */
	enum status bad_id;             /* ST_OK: the dialect's */
	enum status bad_type; /* of a body that is not JSON; ST_OK: ST_UNSUPPORTED_MEDIA_TYPE */
	bool is_generated;    /* gives way to a row before it of the same method and path */
};

/* The rows, and what they leave out. */
struct route_table {
	const struct route_row *rows;
	size_t count;
	route_start start; /* of a row with an RPC method */
	route_respond respond_row, respond_value, respond_array;
};

/* A row and what its names mean. */
struct route {
	const struct route_row *row;
	const struct dialect *dialect;
	const struct method *method; /* the RPC method, or the form of the row; NULL: neither */
	route_start start;
	route_respond respond;
	int status;
	bool is_open;                  /* needs no principal */
	bool is_of_row;                /* its path names one row, so it takes preconditions */
	const struct route *variant;   /* of a body; NULL: none */
	const struct param *generated; /* the gateway generates its value; NULL: none */
	size_t param_count;            /* of the path */
	const struct param *params[ROUTE_PARAMS_MAX]; /* NULL without an RPC method */
	const struct route *next;                     /* in gateway/route_index.c */
};

/* ST_INTERNAL with what is wrong in the row: an unknown RPC method or param, a malformed path. */
enum status route_resolve(const struct route_row *row, const struct route_table *table,
	struct route *out, struct fail *why) MUST_CHECK;

/* Whether its response is a list that is streamed page by page, unless the query asks for a page of
 * it (gateway/request_query.h). */
bool route_is_streamed(const struct route *route);

/* Whether a null in the body means absence, if the param accepts a null. */
bool route_drops_nulls(const struct route *route);

/* Whether the row gives the param itself. */
bool route_fixes(const struct route *route, const struct param *p);

/* Adds what the route knows about an error. `route` may be NULL. */
void route_describe_error(const struct route *route, struct error_info *error);

/* Whether the path gives the param. */
bool route_has_path_param(const struct route *route, const struct param *p);

/* Appends the path of a row that the route has created; nothing if the route does not tell it. */
void route_put_location(const struct route *route, struct span id, struct buf *out);

#endif
