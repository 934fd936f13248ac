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

enum { ROUTE_PARAMS_MAX = 4 }; /* of a path */

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
	const char *fixed;          /* a PARAM_BOOL that is always true; or NULL */
};

/* A row leaves out what is false, none or 0. */
struct route_row {
	const char *method;
	const char *path; /* a segment in braces is a param of the RPC method, by its name */
	const char *rpc;  /* the RPC method; NULL: `start` responds */
	route_start start;
	route_respond respond; /* NULL: by the shape of the method's result */
	int status;            /* 0: 200 */
	int created_status;    /* if the request has created its row; 0: `status` */
	int invalid_status;    /* of INVALID_INPUT; 0: the dialect's */
	enum route_takes_body takes_body;
	const struct route_body *body; /* NULL: the body has the method's params */
	bool has_etag;                 /* of one row: ETag, If-Match, If-None-Match */
	bool is_asset; /* the same for everybody and with its own ETag: caches may keep it */
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
	const struct method *method; /* NULL: no RPC method */
	route_start start;
	route_respond respond;
	int status;
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

/* Whether its response is a list that is streamed page by page. */
bool route_is_streamed(const struct route *route);

/* Whether the path gives the param. */
bool route_has_path_param(const struct route *route, const struct param *p);

/* Appends the path of a row that the route has created: the route's path, a slash and the id.
 * Nothing if the path names the row already. */
void route_put_location(const struct route *route, struct span id, struct buf *out);

#endif
