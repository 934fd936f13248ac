/*
 * edge: HTTP connections: accepts them, reads requests, hands them up, writes responses; the one room
 * of libevent's bufferevents and listeners.
 *
 * The requests of a connection are handed up one at a time and get their responses in order. What a
 * client pipelines meanwhile waits, bounded. An exchange is one request and its response. It is valid
 * until it has its response (the call nulls it) or its client is gone (on_gone). The edge itself
 * refuses what is not a request, too large or too slow, in the app's error format, and closes.
 *
 * Limits: connections and the share of an address (gateway/admission.h), the first byte of a new
 * connection 10 s, the whole head 10 s and the whole body 30 s (408), idle 60 s, requests' sizes
 * (gateway/http_request.h). The bodies of all requests in progress share bodies_max: a request
 * whose body is over 4 KiB and does not fit is answered 503 OVERLOADED, and its connection closes.
 *
 * Responses are bounded (gateway/output.h): while more than 256 KiB is unsent, the connection's next
 * requests wait unread and exchange_write says so. A client that takes less than 32 KiB in 30 s
 * while something is unsent is cut off. When the unsent responses of all connections exceed 256 MiB,
 * those that made no progress for longest are cut off.
 *
 *	struct edge_options options = { .host = "127.0.0.1", .port = 22112, .connections_max = 10000,
 *		.on_request = api_on_request, .format_error = api_format_error, .arg = &api };
 *	if (edge_open(&edge, base, &options, &why) != ST_OK) ...
 *	on_request(x, arg):
 *		exchange_set_data(x, request, on_gone);
 *	later:
 *		exchange_set_data(x, NULL, NULL);
 *		exchange_respond(&x, &(struct exchange_response){ .http_status = 200,
 *			.content_type = "application/json", .body = &body });
 */
#ifndef GATEWAY_EDGE_H
#define GATEWAY_EDGE_H

#include "gateway/address.h"
#include "gateway/edge_counts.h"
#include "gateway/http_request.h"

struct event_base;
struct edge;
struct exchange;

enum {
	EDGE_BODIES_MAX = 256 << 20,
	EDGE_SMALL_BODY = 4 << 10, /* does not count */
};

struct edge_deadlines {
	int first_ms;                  /* of a new connection to its first byte; 0: 10,000 */
	int head_ms, body_ms, idle_ms; /* 0: 10,000, 30,000, 60,000 */
	int min_idle_ms;               /* an idle connection is not closed for another; 0: 200 */
	int write_ms;                  /* a reader's period (gateway/output.h); 0: 30,000 */
	int drain_ms;                  /* of the whole drain; 0: 10,000 */
};

struct edge_options {
	const char *host; /* a numeric address or a name of this machine */
	int port;         /* 0: any free one */
	int connections_max;
	int connections_per_address; /* gateway/admission.h; 0: no limit */
	size_t bodies_max; /* bytes of requests' bodies, of all connections; 0: EDGE_BODIES_MAX */
	struct edge_deadlines deadlines;
	size_t unsent_max; /* bytes of answers that wait, of all connections; 0: 256 MiB */
	/* The head of a request that has a body, before the body is read and before 100 Continue. The
	 * app calls exchange_read_body or exchange_refuse_body, within the call or later. A request
	 * without a body comes to on_request only. NULL: every body is read. */
	void (*on_head)(struct exchange *x, void *arg);
	/* A whole request; may answer within the call. The data that on_head has set are kept. */
	void (*on_request)(struct exchange *x, void *arg);
	/* Renders the answer to what is no request: "Name: value\r\n" lines and a JSON body.
	 * `http` is what is known of the request (http_reader_known), or NULL. */
	void (*format_error)(struct buf *headers, struct buf *body, enum status st,
		const struct fail *why, const struct http_request *http, void *arg);
	void *arg;
};

/* The buffers are borrowed for the call. One that has failed is never sent: see exchange_respond. */
struct exchange_response {
	int http_status;
	const char *content_type;  /* NULL: none */
	const struct buf *headers; /* ready "Name: value\r\n" lines; NULL: none */
	const struct buf *body;    /* NULL: none */
	struct span static_body;   /* instead of a body: never changes; sent without a copy */
};

/* Listens, with SO_REUSEPORT so that several gateways share a port; under systemd's socket
 * activation (LISTEN_FDS, LISTEN_PID) on the socket that was passed instead. ST_SYSTEM with
 * address, port and reason. */
enum status edge_open(struct edge **out, struct event_base *base,
	const struct edge_options *options, struct fail *why) MUST_CHECK;

/* What it listens on. */
union address edge_address(const struct edge *edge);
int edge_port(const struct edge *edge);
struct edge_counts edge_counts(const struct edge *edge);
void edge_add_counters(const struct edge *edge, struct counter_sources *sources);

/* Borrowed until the exchange is answered or gone. */
const struct http_request *exchange_request(const struct exchange *x);

/* on_gone(data) is called once if the client leaves before the answer is complete; from the loop,
 * never from within a call of exchange_*. One that only closed its side may still read and is
 * answered: that it is gone shows when writing fails. */
void exchange_set_data(struct exchange *x, void *data, void (*on_gone)(void *data));
void *exchange_data(const struct exchange *x); /* NULL: none was set */

/* After on_head, reads the body, then calls on_request. on_gone is called if the body does not come
 * whole: the edge refuses it by itself. */
void exchange_read_body(struct exchange *x);

/* After on_head, refuses the request: format_error renders the response and the body is dropped.
 * Takes the exchange. */
void exchange_refuse_body(struct exchange **x, enum status st, const struct fail *why);

/* A whole answer, with Date and Content-Length. HEAD gets the length without the body; 204 and
 * 304 have neither. Takes the exchange.
 *
 * If a buffer of the response has failed, the client gets 503 instead and the connection closes:
 * NO_MEMORY for GET, HEAD and OPTIONS, OUTCOME_UNKNOWN for other methods, which a worker may have
 * run. If there is no memory for that either, the connection is cut. */
void exchange_respond(struct exchange **x, const struct exchange_response *response);

/* An answer in pieces: chunked, or until close for HTTP/1.0. response->body is ignored. If a buffer
 * has failed, or memory runs out, the connection is cut: on_gone is called from the loop. */
void exchange_start(struct exchange *x, const struct exchange_response *response);

/* True: enough waits to be sent; on_writable is called when less than 64 KiB does. */
bool exchange_write(struct exchange *x, const struct buf *bytes);
void exchange_on_writable(struct exchange *x, void (*on_writable)(struct exchange *x, void *data));
void exchange_end(struct exchange **x); /* the answer is complete */

/* on_drain(x, data) is called once, from the loop, when the edge drains or if it drains already. A
 * response that lasts should then put its last bytes and end: what is left after drain_ms is cut. */
void exchange_on_drain(struct exchange *x, void (*on_drain)(struct exchange *x, void *data));

/* Cuts the connection: what was sent is no whole answer. on_gone isn't called. */
void exchange_abort(struct exchange **x);

/* Closes the listener and idle connections, lets what is in flight be answered with
 * `Connection: close`, then calls back, from the loop. A request of which only a part has come
 * has 5 s for the rest; a reader must make progress every 2 s (gateway/output.h). What is left
 * after drain_ms is cut off and counted. */
void edge_drain(struct edge *edge, void (*on_drained)(void *arg), void *arg);

/* Closes everything at once; on_gone is called for what was in flight. Accepts NULL. Not from
 * within on_request, on_gone or an exchange's on_writable. */
void edge_free(struct edge **edge);

#endif
