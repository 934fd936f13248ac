#include "gateway/metrics.h"

#include <stdlib.h>
#include <time.h>

#include "gateway/access.h"
#include "gateway/edge.h"
#include "gateway/http_list.h"
#include "gateway/passed.h"

struct metrics {
	struct metrics_sources sources;
	struct access access;
	struct edge *edge;
};

static int put_error(struct buf *headers, struct buf *body, enum status st, const struct fail *why)
{
	struct error_info error = { .st = st,
		.message = span_of(why && why->text[0] ? why->text : NULL) };
	if (st == ST_METHOD_NOT_ALLOWED)
		buf_text(headers, "Allow: GET, HEAD\r\n");
	response_put_error(body, &error, (struct span){ 0 });
	return status_info(st)->http_status;
}

static int format_error(
	struct buf *headers, struct buf *body, const struct edge_refusal *refusal, void *arg)
{
	(void)arg;
	return put_error(headers, body, refusal->st, refusal->why);
}

/* Prometheus asks for OpenMetrics by name; other clients get the older format. */
static enum metrics_format format_of(const struct http_request *http)
{
	struct http_list accepted = http_list_of(http, "Accept");
	struct span type;
	int weight;
	while (http_list_next_weighted(&accepted, &type, &weight))
		if (weight > 0 && span_is_nocase(type, "application/openmetrics-text"))
			return METRICS_OPEN;
	return METRICS_PLAIN;
}

static enum status check(const struct metrics *m, const struct http_request *http, struct fail *why)
{
	enum status st = access_check(&m->access, http, why);
	if (st != ST_OK)
		return st;
	if (!span_is(http->path, "/metrics"))
		return ST_NOT_FOUND;
	bool is_read = span_is(http->method, "GET") || span_is(http->method, "HEAD");
	return is_read ? ST_OK : ST_METHOD_NOT_ALLOWED;
}

static void on_request(struct exchange *x, void *arg)
{
	const struct metrics *m = arg;
	const struct http_request *http = exchange_request(x);
	struct buf headers = { 0 }, body = { .limit = METRICS_PAGE_MAX };
	struct fail why = { 0 };
	struct metrics_text text = { .out = &body, .format = format_of(http) };
	struct exchange_response response = { .http_status = 200,
		.content_type = metrics_content_type(text.format),
		.headers = &headers,
		.body = &body };
	buf_text(&headers, "Cache-Control: no-store\r\nVary: Accept\r\n"
			   "X-Content-Type-Options: nosniff\r\n");
	enum status st = check(m, http, &why);
	if (st == ST_OK) {
		metrics_page_put(&text, &m->sources);
	} else {
		response.http_status = put_error(&headers, &body, st, &why);
		response.content_type = "application/json";
	}
	exchange_respond(&x, &response);
	buf_fini(&headers);
	buf_fini(&body);
}

static double now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	int64_t ms = now.tv_nsec / 1000000;
	return (double)now.tv_sec + (double)ms * 1e-3;
}

enum status metrics_open(struct metrics **out, struct event_base *base,
	const struct metrics_options *options, struct fail *why)
{
	struct metrics *m = calloc(1, sizeof *m);
	if (!m)
		return ST_NO_MEMORY;
	m->sources = options->sources;
	m->sources.start_s = now_s();
	m->access.hosts = span_of(options->hosts);
	struct edge_options edge = { .host = options->host,
		.port = options->port,
		.is_exclusive = true,
		.passed_name = PASSED_METRICS,
		.connections_max = METRICS_CONNECTIONS_MAX,
		.on_request = on_request,
		.format_error = format_error,
		.arg = m };
	enum status st = edge_open(&m->edge, base, &edge, why);
	if (st != ST_OK) {
		metrics_free(&m);
		return st;
	}
	union address bound = edge_address(m->edge);
	m->access.checks_hosts = address_is_local(&bound) || *options->hosts;
	*out = m;
	return ST_OK;
}

union address metrics_address(const struct metrics *m)
{
	return edge_address(m->edge);
}

void metrics_free(struct metrics **metrics)
{
	struct metrics *m = *metrics;
	*metrics = NULL;
	if (!m)
		return;
	edge_free(&m->edge);
	free(m);
}
