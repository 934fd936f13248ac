/*
 * edge: serves HTTP: accepts connections, reads requests, dispatches them to the app and writes
 * the app's responses.
 *
 * An exchange is one request and its response. A connection dispatches its requests one at a time,
 * so responses are in order. What a client pipelines meanwhile waits, up to a limit. An exchange is
 * valid until a call takes it (and nulls it) or until on_gone. The edge itself refuses what is
 * malformed, too large or too slow: with the app's error format, and it closes the connection.
 *
 * Limits:
 *   - the number of connections, and the share of one address (gateway/admission.h)
 *   - the first byte of a connection's first request within 10 s, the whole head 10 s, the whole
 *     body 30 s (408); 60 s idle. Empty lines before a request are not part of it.
 *   - the sizes of requests (gateway/http_request.h)
 *   - bodies_max for the bodies of all requests in progress. If a body over 4 KiB does not fit, its
 *     request gets 503 OVERLOADED and the connection closes.
 *   - 256 KiB of unsent bytes (gateway/output.h). Above, exchange_write returns true, and the next
 *     requests of the connection are not read.
 *   - 32 KiB in 30 s that a client must read while something is unsent; else its connection is cut.
 *   - 256 MiB of unsent bytes of all connections. Above, the connections that made no progress for
 *     longest are cut.
 *
 *	struct edge_options options = { .host = "127.0.0.1", .port = 22112, .connections_max = 9,
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
	EDGE_SMALL_BODY = 4 << 10, /* a body of this size does not count */
};

struct edge_deadlines {
	int first_ms;                  /* from a new connection to its first byte; 0: 10,000 */
	int head_ms, body_ms, idle_ms; /* 0: 10,000, 30,000, 60,000 */
	int min_idle_ms;               /* before a connection can make room for another; 0: 200 */
	int write_ms;                  /* the period of a reader (gateway/output.h); 0: 30,000 */
	int quiet_ms;                  /* in a drain, before the next request; 0: 1,000 */
	int drain_ms;                  /* the whole drain; 0: 10,000 */
};

/* Borrowed for the call. */
struct edge_refusal {
	enum status st;
	const struct fail *why;          /* may be NULL */
	const struct http_request *http; /* the received part (http_reader_known), or NULL */
	const union address *peer;
	void *data; /* of exchange_set_data; NULL: the app has not got the request */
};

struct edge_options {
	const char *host;        /* a numeric address or a name of this machine */
	int port;                /* 0: any free one */
	bool is_exclusive;       /* no other program shares the port */
	const char *passed_name; /* of the socket that systemd passes (gateway/passed.h) */
	int connections_max;
	int connections_per_address; /* gateway/admission.h; 0: no limit */
	size_t bodies_max;           /* bytes; 0: EDGE_BODIES_MAX */
	struct edge_deadlines deadlines;
	size_t unsent_max; /* bytes, of all connections; 0: 256 MiB */

	/* The head of a request with a body is complete, the body is not read, 100 Continue is not
	 * sent. The app calls exchange_read_body or exchange_refuse_body, within the call or later.
	 * Requests without a body skip this call. NULL: the edge reads every body. */
	void (*on_head)(struct exchange *x, void *arg);

	/* The request is whole. The app may respond within the call. What exchange_set_data has set
	 * in on_head stays. */
	void (*on_request)(struct exchange *x, void *arg);

	/* Renders a refusal of the edge, or of exchange_refuse_body: "Name: value\r\n" lines and a
	 * JSON body. Returns the HTTP status. */
	int (*format_error)(struct buf *headers, struct buf *body,
		const struct edge_refusal *refusal, void *arg);

	/* Frees what the app keeps in exchange_connection_data, when the connection closes. */
	void (*free_connection_data)(void *data);
	void *arg;
};

/* Borrowed for the call. A buffer that has failed is never sent: see exchange_respond. */
struct exchange_response {
	int http_status;
	const char *content_type;  /* NULL: none */
	const struct buf *headers; /* "Name: value\r\n" lines; NULL: none */
	const struct buf *body;    /* NULL: none */
	struct span static_body;   /* instead of body: never changes; sent without a copy */
};

/* Listens, with SO_REUSEPORT so that several gateways can share a port. Under systemd's socket
 * activation (LISTEN_FDS, LISTEN_PID) it uses the passed socket instead. ST_SYSTEM with address,
 * port and reason. */
enum status edge_open(struct edge **out, struct event_base *base,
	const struct edge_options *options, struct fail *why) MUST_CHECK;

/* The bound address. */
union address edge_address(const struct edge *edge);
int edge_port(const struct edge *edge);

struct edge_counts edge_counts(const struct edge *edge);
void edge_add_counters(const struct edge *edge, struct counter_sources *sources);

/* Borrowed while the exchange is valid. */
const struct http_request *exchange_request(const struct exchange *x);

/* The address at the other end of the connection, which may be a proxy's. Borrowed likewise. */
const union address *exchange_peer(const struct exchange *x);

/* on_gone(data) is called once if the exchange ends before its response is complete. It is called
 * from the loop, never within a call of exchange_*. A client that closed only its side gets its
 * response: only a failed write shows that it is gone. */
void exchange_set_data(struct exchange *x, void *data, void (*on_gone)(void *data));
void *exchange_data(const struct exchange *x); /* NULL: not set */

/* What the app keeps from one request of the connection to the next; NULL at first. */
void **exchange_connection_data(struct exchange *x);

/* After on_head: reads the body, then calls on_request. If the body does not come whole, the edge
 * refuses the request and calls on_gone. */
void exchange_read_body(struct exchange *x);

/* After on_head: refuses the request with format_error and drops the body. on_gone is not called.
 * Takes the exchange. */
void exchange_refuse_body(struct exchange **x, enum status st, const struct fail *why);

/* Sends a whole response, with Date and Content-Length. A response to HEAD has the length without
 * the body; 204 and 304 have neither. Takes the exchange.
 *
 * If a buffer of the response has failed, the client gets 503 instead and the connection closes:
 * NO_MEMORY for GET, HEAD and OPTIONS, OUTCOME_UNKNOWN for other methods, which a worker may have
 * run. If there is no memory for that either, the connection is cut. */
void exchange_respond(struct exchange **x, const struct exchange_response *response);

/* Starts a response in pieces: chunked, or until close for HTTP/1.0. Ignores response->body. If a
 * buffer has failed or memory runs out, the connection is cut and the loop calls on_gone. */
void exchange_start(struct exchange *x, const struct exchange_response *response);

/* Returns true if the app should wait until on_writable: once less than 64 KiB is unsent. */
bool exchange_write(struct exchange *x, const struct buf *bytes);
void exchange_on_writable(struct exchange *x, void (*on_writable)(struct exchange *x, void *data));

/* Completes the response. Takes the exchange. */
void exchange_end(struct exchange **x);

/* on_drain(x, data) is called once, from the loop, when the edge drains or if it drains already. A
 * response without an end of its own should then write its last bytes and end. */
void exchange_on_drain(struct exchange *x, void (*on_drain)(struct exchange *x, void *data));

/* Cuts the connection, so that the client cannot take a part for the whole response. on_gone is not
 * called. Takes the exchange. */
void exchange_abort(struct exchange **x);

/* Closes the listener, waits for the responses to requests in progress, then calls on_drained from
 * the loop. Each response closes its connection, with Connection: close. A connection without a
 * request is not closed at once, because a request may be on its way: it has 1 s for one more. The
 * rest of a request must come within 5 s; a client must make progress every 2 s (gateway/output.h).
 * After drain_ms the edge cuts the connections that are left, and counts them. */
void edge_drain(struct edge *edge, void (*on_drained)(void *arg), void *arg);

/* Closes all connections at once and calls on_gone for exchanges in progress. Accepts NULL. Not
 * within on_request, on_gone or a callback of an exchange. */
void edge_free(struct edge **edge);

#endif
