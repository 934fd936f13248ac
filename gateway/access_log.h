/*
 * access_log: one line per request, if STUDYTRACKER_ACCESS_LOG asks for it.
 *
 * A line has the method, the path without its query (which may hold what people search for), the
 * status, the time from the request's head to its response, and the request id. It never has
 * bodies, credentials or addresses. Status and time are those of the metrics.
 *
 *	r->access = api->logs_requests ? access_log_begin(http) : NULL;
 *	access_log_end(&r->access, &(struct access_end){ 200, duration_us }, &r->id);
 */
#ifndef GATEWAY_ACCESS_LOG_H
#define GATEWAY_ACCESS_LOG_H

#include "gateway/request_id.h"

struct access_entry;

struct access_end {
	int http_status;
	int64_t duration_us;
};

/* NULL if there is no memory: the request then has no line. */
struct access_entry *access_log_begin(const struct http_request *http);

/* Writes the line and frees the entry. Accepts NULL inside. */
void access_log_end(
	struct access_entry **entry, const struct access_end *end, const struct request_id *id);

/* A request that ends as it begins; `http` may be NULL: nothing is known of it. */
void access_log_put(const struct http_request *http, int http_status, const struct request_id *id);

/* A request of an RPC client; `code` is that of the outcome, "OK" if it has none. */
void access_log_put_rpc(
	const char *method, const char *code, int64_t duration_us, const struct request_id *id);

#endif
