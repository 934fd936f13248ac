#include <check.h>
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/service.h"
#include "gateway/edge.h"
#include "gateway/output.h"

/* The app above the edge, and what it saw. */
static struct event_base *base;
static struct edge *edge;
static struct event *tick;
static int ticks;

static bool answers_at_once;
static struct exchange *pending[256];
static size_t dispatched, gone, drained, all_drained;
static size_t deepest, depth;

static void answer(struct exchange **x)
{
	const struct http_request *q = exchange_request(*x);
	struct buf headers = { 0 }, body = { 0 };
	buf_text(&headers, "X-Test: yes\r\n");
	buf_span(&body, q->method);
	buf_byte(&body, ' ');
	buf_span(&body, q->target);
	buf_byte(&body, ' ');
	buf_span(&body, q->body);
	buf_byte(&body, '.');
	exchange_set_data(*x, NULL, NULL);
	exchange_respond(x, &(struct exchange_response){ .http_status = 200,
				    .content_type = "text/plain",
				    .headers = &headers,
				    .body = &body });
	ck_assert_ptr_null(*x);
	buf_fini(&headers);
	buf_fini(&body);
}

static void on_gone(void *data)
{
	ck_assert_ptr_eq(data, &gone);
	gone++;
}

static void on_request(struct exchange *x, void *arg)
{
	ck_assert_ptr_eq(arg, &edge);
	depth++;
	deepest = depth > deepest ? depth : deepest;
	exchange_set_data(x, &gone, on_gone);
	pending[dispatched % 256] = x;
	dispatched++;
	if (answers_at_once)
		answer(&x);
	depth--;
}

static void format_error(struct buf *headers, struct buf *body, enum status st,
	const struct fail *why, const struct http_request *http, void *arg)
{
	ck_assert_ptr_eq(arg, &edge);
	(void)why;
	buf_text(headers, "X-Test: error\r\n");
	if (http && http_request_field(http, "Origin").len)
		buf_text(headers, "X-Origin: o\r\n");
	buf_printf(body, "{\"code\":\"%s\",\"known\":%d}", status_info(st)->code, http != NULL);
}

static void on_all_drained(void *arg)
{
	ck_assert_ptr_eq(arg, &edge);
	all_drained++;
}

static struct edge_options options = { .host = "127.0.0.1",
	.connections_max = 1000,
	.on_request = on_request,
	.format_error = format_error,
	.arg = &edge };

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	ck_assert_msg(++ticks < 10000, "nothing came within the deadline");
}

static void set_up(void)
{
	static const struct timeval often = { 0, 2000 };
	(void)signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	tick = event_new(base, -1, EV_PERSIST, on_tick, NULL);
	event_add(tick, &often);
}

static void reopen(void)
{
	struct fail why = { 0 };
	edge_free(&edge);
	ck_assert_msg(edge_open(&edge, base, &options, &why) == ST_OK, "%s", why.text);
}

static void set_up_edge(void)
{
	set_up();
	reopen();
}

static void tear_down(void)
{
	edge_free(&edge);
	edge_free(&edge);
	event_free(tick);
	event_base_free(base);
}

/* A step of the loop; the tick sees to it that it comes back. */
static void step(void)
{
	ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
}

static void run_steps(int count)
{
	for (int i = 0; i < count; i++)
		step();
}

/* Clients: raw sockets. */

static char heard[1 << 16];
static size_t heard_len;

static int client_to(int port)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(evutil_make_socket_nonblocking(fd), 0);
	heard_len = 0;
	heard[0] = '\0';
	return fd;
}

static int client(void)
{
	return client_to(edge_port(edge));
}

static void say_bytes(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
		ck_assert(sent > 0 || errno == EAGAIN);
		step();
		bytes += sent > 0 ? sent : 0;
		len -= sent > 0 ? (size_t)sent : 0;
	}
}

static void say(int fd, const char *text)
{
	say_bytes(fd, text, strlen(text));
}

/* > 0: heard more; 0: end; -1: error; -2: nothing yet */
static int hear(int fd)
{
	ck_assert_uint_lt(heard_len, sizeof heard - 1);
	ssize_t len = recv(fd, heard + heard_len, sizeof heard - 1 - heard_len, 0);
	if (len < 0)
		return errno == EAGAIN ? -2 : -1;
	heard_len += (size_t)len;
	heard[heard_len] = '\0';
	return (int)len;
}

static int times(const char *text)
{
	int count = 0;
	for (const char *at = heard; (at = strstr(at, text)); at++)
		count++;
	return count;
}

/* Runs the loop until the text was heard so many times. */
static void hears_times(int fd, const char *text, int count)
{
	while (times(text) < count) {
		int n = hear(fd);
		ck_assert_msg(n != 0 && n != -1, "the connection ended after: %s", heard);
		if (n == -2)
			step();
	}
	ck_assert_int_eq(times(text), count);
}

static void hears(int fd, const char *text)
{
	hears_times(fd, text, 1);
	heard_len = 0;
	heard[0] = '\0';
}

/* Runs the loop until the connection ends: 0 orderly, -1 by RST. Closes. */
static int hears_end(int fd)
{
	int n;
	while ((n = hear(fd)) > 0 || n == -2)
		if (n == -2)
			step();
	close(fd);
	return n;
}

static void until(const size_t *value, size_t wanted)
{
	while (*value < wanted)
		step();
	ck_assert_uint_eq(*value, wanted);
}

static void until_connections(size_t wanted)
{
	while (edge_counts(edge).connections != wanted)
		step();
}

#define GET(target) "GET " target " HTTP/1.1\r\nHost: h\r\n\r\n"

START_TEST(a_connection_is_kept_and_serves_request_after_request)
{
	answers_at_once = true;
	int fd = client();
	for (int i = 0; i < 3; i++) {
		say(fd, GET("/a"));
		hears_times(fd, "GET /a .", 1);
		ck_assert_ptr_nonnull(strstr(heard, "HTTP/1.1 200 OK\r\nDate: "));
		ck_assert_ptr_nonnull(strstr(heard, "GMT\r\n"));
		ck_assert_ptr_nonnull(strstr(heard, "Content-Type: text/plain\r\nX-Test: yes\r\n"));
		ck_assert_ptr_nonnull(strstr(heard, "Content-Length: 8\r\n\r\n"));
		ck_assert_ptr_null(strstr(heard, "Connection:"));
		heard_len = 0;
	}
	ck_assert_uint_eq(edge_counts(edge).requests, 3);
	ck_assert_uint_eq(edge_counts(edge).accepted, 1);
	close(fd);
	until_connections(0);
	ck_assert_uint_eq(gone, 0);
}
END_TEST

START_TEST(bytes_may_come_one_by_one)
{
	answers_at_once = true;
	int fd = client();
	const char *bytes =
		"POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody" GET("/c");
	for (const char *at = bytes; *at; at++)
		say_bytes(fd, at, 1);
	hears_times(fd, "POST /b body.", 1);
	hears_times(fd, "GET /c .", 1);
	close(fd);
}
END_TEST

START_TEST(pipelined_requests_are_dispatched_one_by_one_and_answered_in_order)
{
	int fd = client();
	say(fd, GET("/1") GET("/2") GET("/3"));
	for (size_t i = 0; i < 3; i++) {
		until(&dispatched, i + 1);
		step();
		ck_assert_uint_eq(dispatched, i + 1);
		answer(&pending[i]);
	}
	hears_times(fd, "GET /3 .", 1);
	ck_assert(strstr(heard, "GET /1 .") < strstr(heard, "GET /2 ."));
	ck_assert(strstr(heard, "GET /2 .") < strstr(heard, "GET /3 ."));
	close(fd);
}
END_TEST

START_TEST(answering_at_once_neither_recurses_nor_starves_others)
{
	answers_at_once = true;
	int busy = client(), other = client();
	struct buf many = { 0 };
	for (int i = 0; i < 1000; i++)
		buf_text(&many, GET("/p"));
	size_t sent = 0;
	while (sent < many.len) /* before the loop sees anything of it */
		sent += (size_t)send(busy, many.bytes + sent, many.len - sent, 0);
	ck_assert_int_eq(send(other, GET("/o"), strlen(GET("/o")), 0), (int)strlen(GET("/o")));
	while (strstr(heard, "GET /o .") == NULL)
		if (hear(other) == -2)
			step();
	ck_assert_uint_lt(dispatched, 1000);
	while (dispatched < 1001) {
		heard_len = 0;
		if (hear(busy) == -2)
			step();
	}
	ck_assert_uint_eq(deepest, 1);
	buf_fini(&many);
	close(busy);
	close(other);
}
END_TEST

START_TEST(head_gets_the_length_without_the_body)
{
	answers_at_once = true;
	int fd = client();
	say(fd, "HEAD /h HTTP/1.1\r\nHost: h\r\n\r\n" GET("/g"));
	hears_times(fd, "GET /g .", 1);
	ck_assert_int_eq(times("HEAD /h"), 0);
	ck_assert_int_eq(times("Content-Length: 9\r\n\r\nHTTP/1.1 200 OK"), 1);
	close(fd);
}
END_TEST

static const int bodiless[] = { 204, 304 };

START_TEST(no_content_has_no_length_and_no_body)
{
	int fd = client();
	say(fd, GET("/1") GET("/2"));
	until(&dispatched, 1);
	exchange_respond(&pending[0], &(struct exchange_response){ .http_status = bodiless[_i],
					      .static_body = SPAN("no") });
	until(&dispatched, 2);
	answer(&pending[1]);
	hears_times(fd, "GET /2 .", 1);
	ck_assert_int_eq(times("Content-Length"), 1);
	ck_assert_int_eq(times("no"), 0);
	close(fd);
}
END_TEST

START_TEST(a_client_that_waits_for_100_continue_gets_it)
{
	answers_at_once = true;
	int fd = client();
	const char *head =
		"POST /e HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
	say(fd, head);
	hears(fd, "HTTP/1.1 100 Continue\r\n\r\n");
	say(fd, "body");
	hears(fd, "POST /e body.");
	close(fd);
}
END_TEST

START_TEST(a_client_that_sends_its_body_at_once_gets_no_100_continue)
{
	answers_at_once = true;
	int fd = client();
	say(fd, "POST /e HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: "
		"100-continue\r\n\r\nbody");
	hears_times(fd, "POST /e body.", 1);
	ck_assert_int_eq(times("100 Continue"), 0);
	close(fd);
}
END_TEST

START_TEST(http_1_0_is_answered_and_closed)
{
	answers_at_once = true;
	int fd = client();
	say(fd, "GET /old HTTP/1.0\r\n\r\n");
	ck_assert_int_eq(hears_end(fd), 0);
	ck_assert_int_eq(times("Connection: close\r\n\r\nGET /old ."), 1);
}
END_TEST

START_TEST(http_1_0_is_kept_where_it_asks)
{
	answers_at_once = true;
	int fd = client();
	for (int i = 0; i < 2; i++) {
		say(fd, "GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
		hears(fd, "Connection: keep-alive\r\n\r\nGET /old .");
	}
	close(fd);
}
END_TEST

START_TEST(connection_close_is_honoured_and_what_follows_is_dropped)
{
	answers_at_once = true;
	int fd = client();
	say(fd, "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" GET("/not"));
	ck_assert_int_eq(hears_end(fd), 0);
	ck_assert_int_eq(times("Connection: close\r\n\r\nGET /last ."), 1);
	ck_assert_uint_eq(dispatched, 1);
	until_connections(0);
}
END_TEST

/* Streams */

enum { STREAM_TOTAL = 6 << 20, PIECE = 16 << 10 };
static size_t written;

static bool write_bytes(struct exchange *x, struct span bytes)
{
	struct buf piece = { 0 };
	buf_span(&piece, bytes);
	bool is_full = exchange_write(x, &piece);
	buf_fini(&piece);
	return is_full;
}

static void write_until_full(struct exchange *x, void *data)
{
	static char piece[PIECE];
	drained++;
	memset(piece, '~', sizeof piece);
	while (written < STREAM_TOTAL) {
		written += sizeof piece;
		if (write_bytes(x, (struct span){ piece, sizeof piece }))
			return;
	}
	exchange_set_data(x, NULL, NULL);
	exchange_end(&x);
	(void)data;
}

static void stream(struct exchange *x)
{
	exchange_start(
		x, &(struct exchange_response){ .http_status = 200, .content_type = "text/plain" });
	exchange_on_writable(x, write_until_full);
}

/* Bytes of the body that came, by what is in it. */
static size_t hears_stream(int fd, const char *end)
{
	size_t total = 0;
	while (!strstr(heard, end)) {
		int n = hear(fd);
		if (n == 0 || n == -1)
			break;
		if (n == -2)
			step();
		size_t kept = heard_len < 8 ? heard_len : 8;
		for (size_t i = 0; i < heard_len - kept; i++)
			total += heard[i] == '~';
		memmove(heard, heard + heard_len - kept, kept + 1);
		heard_len = kept;
	}
	for (size_t i = 0; i < heard_len; i++)
		total += heard[i] == '~';
	return total;
}

START_TEST(a_stream_waits_for_its_reader_and_comes_whole)
{
	int fd = client();
	static const int small = 1 << 16;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	say(fd, GET("/s") GET("/next"));
	until(&dispatched, 1);
	stream(pending[0]);
	write_until_full(pending[0], NULL);
	size_t stopped_at; /* nobody reads: once the kernel takes no more */
	do {
		stopped_at = written;
		for (int i = 0; i < 20; i++)
			step();
	} while (written != stopped_at);
	ck_assert_uint_lt(written, STREAM_TOTAL);
	ck_assert_uint_eq(hears_stream(fd, "0\r\n\r\n"), STREAM_TOTAL);
	ck_assert_uint_gt(drained, 2);
	until(&dispatched, 2);
	answer(&pending[1]);
	hears(fd, "GET /next .");
	close(fd);
}
END_TEST

START_TEST(a_stream_to_http_1_0_ends_with_the_connection)
{
	int fd = client();
	say(fd, "GET /s HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	until(&dispatched, 1);
	stream(pending[0]);
	(void)write_bytes(pending[0], SPAN("abc"));
	(void)write_bytes(pending[0], SPAN(""));
	(void)write_bytes(pending[0], SPAN("def"));
	exchange_end(&pending[0]);
	ck_assert_int_eq(hears_end(fd), 0);
	ck_assert_int_eq(times("Connection: close\r\n\r\nabcdef"), 1);
	ck_assert_int_eq(times("chunked"), 0);
}
END_TEST

START_TEST(a_small_stream_is_chunked)
{
	int fd = client();
	say(fd, GET("/s"));
	until(&dispatched, 1);
	stream(pending[0]);
	ck_assert(!write_bytes(pending[0], SPAN("abcdefghijklmnopq")));
	ck_assert(!write_bytes(pending[0], SPAN("")));
	exchange_end(&pending[0]);
	ck_assert_ptr_null(pending[0]);
	hears(fd, "Transfer-Encoding: chunked\r\n\r\n11\r\nabcdefghijklmnopq\r\n0\r\n\r\n");
	close(fd);
}
END_TEST

START_TEST(a_stream_to_head_is_its_head)
{
	int fd = client();
	say(fd, "HEAD /s HTTP/1.1\r\nHost: h\r\n\r\n" GET("/next"));
	until(&dispatched, 1);
	stream(pending[0]);
	ck_assert(!write_bytes(pending[0], SPAN("abc")));
	exchange_end(&pending[0]);
	until(&dispatched, 2);
	answer(&pending[1]);
	hears(fd, "Transfer-Encoding: chunked\r\n\r\nHTTP/1.1 200 OK\r\n");
	close(fd);
}
END_TEST

START_TEST(an_aborted_answer_does_not_look_whole)
{
	int fd = client();
	say(fd, _i ? GET("/s") : "GET /s HTTP/1.0\r\n\r\n");
	until(&dispatched, 1);
	stream(pending[0]);
	(void)write_bytes(pending[0], SPAN("half"));
	hears(fd, "half");
	exchange_abort(&pending[0]);
	ck_assert_ptr_null(pending[0]);
	ck_assert_int_eq(hears_end(fd), -1);
	ck_assert_uint_eq(gone, 0);
	ck_assert_uint_eq(edge_counts(edge).connections, 0);
}
END_TEST

static void abort_it(struct exchange *x, void *arg)
{
	(void)arg;
	dispatched++;
	exchange_abort(&x);
}

static const struct {
	const char *request, *code;
	bool is_body; /* that has failed; else the headers */
} failures[] = {
	{ "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n", "NO_MEMORY", true },
	{ "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n", "NO_MEMORY", false },
	{ "PATCH /1 HTTP/1.1\r\nHost: h\r\n\r\n", "OUTCOME_UNKNOWN", true },
};

START_TEST(a_response_without_memory_is_503_and_never_a_part)
{
	struct buf whole = { 0 }, failed = { .failed = true };
	buf_text(&whole, "Whole: yes\r\n");
	int fd = client();
	say(fd, failures[_i].request);
	until(&dispatched, 1);
	exchange_set_data(pending[0], NULL, NULL);
	exchange_respond(&pending[0], &(struct exchange_response){ .http_status = 200,
					      .headers = failures[_i].is_body ? &whole : &failed,
					      .body = failures[_i].is_body ? &failed : &whole });
	ck_assert_int_eq(hears_end(fd), 0);
	ck_assert_int_eq(times("HTTP/1.1 503 Service Unavailable\r\n"), 1);
	ck_assert_int_eq(times("Connection: close\r\n"), 1);
	ck_assert_int_eq(times(failures[_i].code), 1);
	ck_assert_int_eq(times("HTTP/1.1"), 1);
	ck_assert_int_eq(times("Whole"), 0);
	buf_fini(&whole);
}
END_TEST

START_TEST(a_stream_without_memory_is_cut)
{
	struct buf failed = { .failed = true };
	int fd = client();
	say(fd, GET("/s"));
	until(&dispatched, 1);
	exchange_start(pending[0],
		&(struct exchange_response){ .http_status = 200, .headers = _i ? &failed : NULL });
	(void)exchange_write(pending[0], &failed);
	ck_assert_int_eq(hears_end(fd), -1);
	ck_assert_int_eq(times("0\r\n\r\n"), 0);
	ck_assert_uint_eq(gone, 1);
}
END_TEST

START_TEST(static_bytes_are_sent_whole)
{
	int fd = client();
	say(fd, GET("/1") GET("/2"));
	until(&dispatched, 1);
	exchange_set_data(pending[0], NULL, NULL);
	exchange_respond(&pending[0],
		&(struct exchange_response){ .http_status = 200, .static_body = SPAN("static") });
	until(&dispatched, 2);
	answer(&pending[1]);
	hears_times(fd, "GET /2 .", 1);
	ck_assert_int_eq(times("Content-Length: 6\r\n\r\nstaticHTTP/1.1 200"), 1);
	close(fd);
}
END_TEST

START_TEST(a_request_may_be_aborted_while_it_is_dispatched)
{
	options.on_request = abort_it;
	reopen();
	int fd = client();
	say(fd, GET("/1") GET("/2"));
	ck_assert_int_eq(hears_end(fd), -1);
	ck_assert_uint_eq(dispatched, 1);
}
END_TEST

/* Clients that leave */

START_TEST(a_client_that_closed_its_side_is_answered)
{
	int fd = client();
	say(fd, GET("/1") GET("/2"));
	shutdown(fd, SHUT_WR);
	for (size_t i = 0; i < 2; i++) {
		until(&dispatched, i + 1);
		for (int n = 0; n < 3; n++)
			step();
		answer(&pending[i]);
	}
	ck_assert_int_eq(hears_end(fd), 0);
	ck_assert_int_eq(times("GET /1 ."), 1);
	ck_assert_int_eq(times("Connection: close\r\n\r\nGET /2 ."), 1);
	until_connections(0);
}
END_TEST

static void reset(int fd)
{
	static const struct linger at_once = { .l_onoff = 1 };
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(fd);
}

START_TEST(a_client_that_is_gone_is_reported_once)
{
	int fd = client();
	say(fd, GET("/1") GET("/2"));
	until(&dispatched, 1);
	reset(fd);
	until_connections(0);
	ck_assert_uint_eq(gone, 1);
	ck_assert_uint_eq(dispatched, 1);
}
END_TEST

START_TEST(a_reader_of_a_stream_that_is_gone_is_reported_once)
{
	int fd = client();
	say(fd, GET("/s"));
	until(&dispatched, 1);
	stream(pending[0]);
	write_until_full(pending[0], NULL);
	close(fd); /* unread bytes there: RST */
	until_connections(0);
	ck_assert_uint_eq(gone, 1);
}
END_TEST

START_TEST(a_write_after_the_client_left_reports_it_from_the_loop)
{
	int fd = client();
	say(fd, GET("/s"));
	until(&dispatched, 1);
	stream(pending[0]);
	(void)write_bytes(pending[0], SPAN("first"));
	hears(fd, "first");
	close(fd);
	while (gone == 0) {
		struct exchange *x = pending[0];
		(void)write_bytes(x, SPAN("more"));
		(void)write_bytes(x, SPAN("more")); /* still valid: gone only comes from the loop */
		step();
	}
	until_connections(0);
	ck_assert_uint_eq(gone, 1);
}
END_TEST

START_TEST(a_client_that_leaves_amid_a_request_leaves_nothing)
{
	int fd = client();
	say(fd, "GET /1 HTT");
	close(fd);
	until_connections(0);
	fd = client();
	say(fd, "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf");
	close(fd);
	until_connections(0);
	ck_assert_uint_eq(dispatched, 0);
}
END_TEST

/* Refusals by the head */

static enum status head_status;

static void on_head(struct exchange *x, void *arg)
{
	const struct http_request *http = exchange_request(x);
	ck_assert_ptr_eq(arg, &edge);
	ck_assert_uint_eq(http->body.len, 0);
	if (head_status == ST_OK || !span_is(http->path, "/no"))
		exchange_read_body(x);
	else
		exchange_refuse_body(&x, head_status, NULL);
}

static void judge_heads(enum status st)
{
	head_status = st;
	options.on_head = on_head;
	answers_at_once = true;
	reopen();
}

#define NO "POST /no HTTP/1.1\r\nHost: h\r\n"

/* The client sends no body: it is answered for all that. */
START_TEST(a_refused_head_is_answered_instead_of_100_continue)
{
	judge_heads(ST_NOT_FOUND);
	int fd = client();
	say(fd, NO "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n");
	ck_assert_int_eq(hears_end(fd), 0);
	ck_assert_int_eq(times("HTTP/1.1 404 Not Found\r\n"), 1);
	ck_assert_int_eq(times("100 Continue"), 0);
	ck_assert_int_eq(times("Connection: close\r\n"), 1);
	ck_assert_uint_eq(dispatched, 0);
	ck_assert_uint_eq(edge_counts(edge).refused, 1);
}
END_TEST

START_TEST(a_refused_head_is_answered_before_its_body_comes_and_the_body_is_dropped)
{
	judge_heads(ST_NOT_FOUND);
	int fd = client();
	say(fd, NO "Content-Length: 4\r\n\r\n");
	hears(fd, "{\"code\":\"NOT_FOUND\",\"known\":1}");
	say(fd, "GET ");
	say(fd, GET("/next"));
	hears_times(fd, "GET /next .", 1);
	ck_assert_int_eq(times("HTTP/1.1 404"), 0);
	ck_assert_uint_eq(dispatched, 1);
	close(fd);
}
END_TEST

static const char *const long_bodies[] = { "Content-Length: 70000\r\n\r\n",
	"Transfer-Encoding: chunked\r\n\r\n" };

START_TEST(a_refused_head_before_a_long_body_ends_the_connection)
{
	judge_heads(ST_NOT_FOUND);
	int fd = client();
	say(fd, NO);
	say(fd, long_bodies[_i]);
	ck_assert_int_eq(hears_end(fd), 0);
	ck_assert_int_eq(times("HTTP/1.1 404 Not Found\r\n"), 1);
	ck_assert_uint_eq(dispatched, 0);
}
END_TEST

/* There is one response to a request, whatever becomes of the rest of its body. */
START_TEST(a_refused_head_gets_no_second_response)
{
	options.deadlines = (struct edge_deadlines){ .body_ms = 60 };
	judge_heads(ST_NOT_FOUND);
	int fd = client();
	say(fd, NO "Content-Length: 4\r\n\r\n");
	ck_assert_int_eq(hears_end(fd), 0);
	ck_assert_int_eq(times("HTTP/1.1 "), 1);
	options.deadlines = (struct edge_deadlines){ 0 };
}
END_TEST

START_TEST(a_request_without_a_body_is_not_judged_by_its_head_alone)
{
	judge_heads(ST_NOT_FOUND);
	int fd = client();
	say(fd, GET("/no"));
	hears_times(fd, "GET /no .", 1);
	close(fd);
}
END_TEST

/* Origin may stand behind what is refused: the whole head is known then, or what came of it. */
static const char *const refused_heads[] = {
	"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\nOrigin: o\r\n\r\n",
	"POST /x HTTP/1.1\r\nHost: h\r\nOrigin: o\r\nExpect: more\r\n\r\n",
	"POST /x HTTP/1.1\r\nHost: h\r\nOrigin: o\r\nTransfer-Encoding: gzip\r\n\r\n",
};

START_TEST(a_refusal_knows_the_fields_that_came)
{
	int fd = client();
	say(fd, refused_heads[_i]);
	ck_assert_int_eq(hears_end(fd), 0);
	ck_assert_int_eq(times("X-Origin: o\r\n"), 1);
}
END_TEST

/* Deadlines */

static const char *const drips[] = { "GET /slow HTTP/1.1\r\nHost: h\r\nA: ",
	"POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n" };

/* One byte after the other doesn't prolong it. */
START_TEST(a_dripping_request_is_timed_out)
{
	options.deadlines = (struct edge_deadlines){ .head_ms = 60, .body_ms = 60 };
	reopen();
	int fd = client();
	say(fd, drips[_i]);
	while (hear(fd) == -2) {
		(void)send(fd, "x", 1, MSG_NOSIGNAL);
		step();
	}
	ck_assert_int_eq(hears_end(fd), 0);
	ck_assert_int_eq(times("HTTP/1.1 408 Request Timeout\r\n"), 1);
	ck_assert_int_eq(times("Connection: close\r\n\r\n{\"code\":\"REQUEST_TIMEOUT\""), 1);
	ck_assert_int_eq(times("\"known\":1"), 1); /* what came of the head is enough */
	ck_assert_uint_eq(edge_counts(edge).timed_out, 1);
	until_connections(0);
}
END_TEST

/* Also where the request before it got its response when its head was complete. */
START_TEST(each_head_has_a_deadline_of_its_own)
{
	uint64_t began_ms = service_now_ms();
	options.deadlines.head_ms = 1000;
	judge_heads(ST_NOT_FOUND);
	int fd = client();
	say(fd, "POST /no HTTP/1.1\r\nHost: h\r\n");
	while (service_now_ms() - began_ms < 700)
		step();
	began_ms = service_now_ms();
	say(fd, "Content-Length: 4\r\n\r\nbodyGET /half HTTP/1.1\r\n");
	ck_assert_int_eq(hears_end(fd), 0);
	ck_assert_int_eq(times("HTTP/1.1 404 "), 1);
	ck_assert_int_eq(times("HTTP/1.1 408 "), 1);
	ck_assert_uint_ge(service_now_ms() - began_ms, 950);
}
END_TEST

START_TEST(an_idle_connection_is_closed_without_a_word)
{
	options.deadlines.idle_ms = 30;
	reopen();
	int fd = client();
	answers_at_once = true;
	say(fd, GET("/1"));
	hears(fd, "GET /1 .");
	ck_assert_int_eq(hears_end(fd), 0);
	ck_assert_uint_eq(heard_len, 0);
	ck_assert_uint_eq(edge_counts(edge).timed_out, 0);
}
END_TEST

/* A new connection has less time than one that has served. */
START_TEST(a_connection_that_sends_nothing_is_closed_without_a_word)
{
	options.deadlines.first_ms = 30;
	answers_at_once = true;
	reopen();
	int fd = client(), served = client();
	say(served, GET("/1"));
	hears(served, "GET /1 .");
	ck_assert_int_eq(hears_end(fd), 0);
	ck_assert_uint_eq(heard_len, 0);
	run_steps(30);
	say(served, GET("/2"));
	hears(served, "GET /2 .");
	ck_assert_uint_eq(edge_counts(edge).timed_out, 0);
	close(served);
}
END_TEST

START_TEST(a_request_in_work_has_no_deadline_here)
{
	options.deadlines = (struct edge_deadlines){ 10, 10, 10, 10 };
	reopen();
	int fd = client();
	say(fd, "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n");
	say(fd, "x");
	until(&dispatched, 1);
	for (int i = 0; i < 30; i++)
		step();
	answer(&pending[0]);
	hears(fd, "POST /1 x.");
	ck_assert_int_eq(hears_end(fd), 0);
}
END_TEST

START_TEST(a_client_that_reads_nothing_is_cut)
{
	options.deadlines.write_ms = 50;
	reopen();
	int fd = client();
	say(fd, GET("/s"));
	until(&dispatched, 1);
	stream(pending[0]);
	write_until_full(pending[0], NULL);
	until_connections(0);
	ck_assert_uint_eq(gone, 1);
	ck_assert_uint_eq(edge_counts(edge).timed_out, 1);
	close(fd);
}
END_TEST

/* Readers that are slow */

static char large[200 << 10];

static void answer_large(struct exchange **x)
{
	memset(large, '~', sizeof large);
	exchange_set_data(*x, NULL, NULL);
	exchange_respond(x, &(struct exchange_response){
				    .http_status = 200, .static_body = { large, sizeof large } });
}

static void answer_large_at_once(struct exchange *x, void *arg)
{
	(void)arg;
	dispatched++;
	answer_large(&x);
}

static int client_of_window(int size)
{
	int fd = client();
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	return fd;
}

/* What nobody reads is not made: requests wait in the kernel's buffers, and go on when it is read. */
START_TEST(pipelined_requests_wait_for_the_reader_of_the_answers)
{
	enum { REQUESTS = 300 };
	options.on_request = answer_large_at_once;
	reopen();
	int fd = client();
	struct buf many = { 0 };
	for (int i = 0; i < REQUESTS; i++)
		buf_text(&many, GET("/1"));
	size_t sent = 0, stopped_at, before = mallinfo2().uordblks, total = 0;
	do {
		stopped_at = dispatched;
		ssize_t len = send(fd, many.bytes + sent, many.len - sent, MSG_NOSIGNAL);
		sent += len > 0 ? (size_t)len : 0;
		run_steps(30);
	} while (dispatched != stopped_at);
	ck_assert_uint_lt(dispatched, REQUESTS / 2); /* the kernels hold some megabytes */
	ck_assert_uint_lt(mallinfo2().uordblks - before, 1 << 20);
	while (total < (size_t)REQUESTS * sizeof large) {
		ssize_t len = sent < many.len ? send(fd, many.bytes + sent, many.len - sent, 0) : 0;
		sent += len > 0 ? (size_t)len : 0;
		heard_len = 0;
		int n = hear(fd);
		ck_assert_msg(
			n > 0 || n == -2, "the connection ended after %zu requests", dispatched);
		for (size_t i = 0; i < heard_len; i++)
			total += heard[i] == '~';
		if (n == -2)
			step();
	}
	ck_assert_uint_eq(dispatched, REQUESTS);
	buf_fini(&many);
	close(fd);
}
END_TEST

/* One byte now and then does not renew the period. */
START_TEST(a_client_that_reads_by_bytes_is_cut)
{
	options.deadlines.write_ms = 200;
	reopen();
	int fd = client_of_window(4096);
	say(fd, GET("/s"));
	until(&dispatched, 1);
	stream(pending[0]);
	write_until_full(pending[0], NULL);
	while (edge_counts(edge).connections > 0) {
		char byte;
		(void)recv(fd, &byte, 1, 0);
		step();
	}
	ck_assert_uint_eq(gone, 1);
	ck_assert_uint_eq(edge_counts(edge).timed_out, 1);
	close(fd);
}
END_TEST

START_TEST(a_client_that_reads_slowly_but_fast_enough_is_kept)
{
	static char bytes[OUTPUT_RATE_BYTES];
	options.deadlines.write_ms = 1000;
	reopen();
	int fd = client_of_window(2 * OUTPUT_RATE_BYTES); /* in so large steps the kernel tells */
	say(fd, GET("/s"));
	until(&dispatched, 1);
	stream(pending[0]);
	write_until_full(pending[0], NULL);
	uint64_t began_ms = service_now_ms(), next_ms = began_ms;
	while (service_now_ms() - began_ms < 2500) {
		if (service_now_ms() >= next_ms) {
			(void)recv(fd, bytes, sizeof bytes, 0);
			next_ms += 200;
		}
		step();
	}
	ck_assert_uint_eq(edge_counts(edge).connections, 1);
	ck_assert_uint_eq(gone, 0);
	close(fd);
	until_connections(0);
}
END_TEST

/* The one that made no progress for longest goes; others are served. */
START_TEST(unsent_answers_of_all_connections_have_a_bound)
{
	options.unsent_max = 320 << 10; /* each holds between EDGE_TRANSPORT_LOW and OUTPUT_FULL */
	reopen();
	int fds[8], others = client();
	for (size_t i = 0; i < 8; i++) {
		fds[i] = client_of_window(4096);
		say(fds[i], GET("/s"));
		until(&dispatched, i + 1);
		stream(pending[i]);
		written = 0;
		write_until_full(pending[i], NULL);
		run_steps(5);
	}
	ck_assert_uint_ge(gone, 1);
	ck_assert_uint_le(gone, 7);
	ck_assert_uint_eq(edge_counts(edge).connections, 9 - gone);
	answers_at_once = true;
	say(others, GET("/o"));
	hears(others, "GET /o .");
	ck_assert_int_gt(send(fds[7], "G", 1, MSG_NOSIGNAL), 0); /* the last one is still there */
	for (int i = 0; i < 8; i++)
		close(fds[i]);
	close(others);
	until_connections(0);
}
END_TEST

/* Refusals */

START_TEST(what_is_no_request_is_answered_and_closed)
{
	int fd = client();
	say(fd, "nonsense\r\n\r\n");
	ck_assert_int_eq(hears_end(fd), 0);
	ck_assert_int_eq(times("HTTP/1.1 400 Bad Request\r\n"), 1);
	ck_assert_int_eq(times("X-Test: error\r\n"), 1);
	ck_assert_int_eq(
		times("Connection: close\r\n\r\n{\"code\":\"BAD_REQUEST\",\"known\":0}"), 1);
	ck_assert_uint_eq(edge_counts(edge).refused, 1);
	ck_assert_uint_eq(dispatched, 0);
	until_connections(0);
}
END_TEST

/* The rest of the body is under way when the answer is: it must not be answered by RST. */
START_TEST(a_refused_client_that_goes_on_sending_reads_its_answer)
{
	static const char body[150000];
	int fd = client();
	say(fd, "POST /big HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\n");
	say_bytes(fd, body, sizeof body);
	ck_assert_int_eq(hears_end(fd), 0);
	ck_assert_int_eq(times("HTTP/1.1 413 "), 1);
	until_connections(0);
}
END_TEST

START_TEST(a_refused_client_that_never_stops_is_cut)
{
	static const char body[1 << 16];
	int fd = client();
	say(fd, "POST /big HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\n");
	while (edge_counts(edge).connections > 0) {
		(void)send(fd, body, sizeof body, MSG_NOSIGNAL);
		step();
	}
	close(fd);
}
END_TEST

START_TEST(a_refused_client_that_stays_is_closed_after_a_while)
{
	int fd = client();
	say(fd, "nonsense\r\n\r\n");
	hears(fd, "400 Bad Request");
	until_connections(0);
	close(fd);
}
END_TEST

/* The listener */

START_TEST(connections_past_the_limit_wait)
{
	options.connections_max = 2;
	answers_at_once = true;
	reopen();
	int fds[4];
	for (int i = 0; i < 4; i++) {
		fds[i] = client();
		(void)send(fds[i], GET("/1"), strlen(GET("/1")), 0);
	}
	for (int i = 0; i < 20; i++)
		step();
	ck_assert_uint_eq(edge_counts(edge).connections, 2);
	ck_assert_uint_eq(edge_counts(edge).accepted, 2);
	close(fds[0]);
	close(fds[1]);
	hears(fds[2], "GET /1 .");
	hears(fds[3], "GET /1 .");
	ck_assert_uint_eq(edge_counts(edge).accepted, 4);
	close(fds[2]);
	close(fds[3]);
}
END_TEST

/* And never one with a request in flight, or with a part of one. */
START_TEST(past_the_limit_the_longest_idle_connection_makes_room)
{
	options.connections_max = 3;
	options.deadlines.min_idle_ms = 1;
	reopen();
	int busy = client(), half = client(), idle = client();
	say(busy, GET("/busy"));
	until(&dispatched, 1);
	say(half, "GET /half HTTP/1.1\r\n");
	until_connections(3);
	int late = client();
	(void)send(late, GET("/late"), strlen(GET("/late")), 0);
	ck_assert_int_eq(hears_end(idle), 0);
	until(&dispatched, 2);
	answer(&pending[0]);
	hears(busy, "GET /busy .");
	run_steps(20);
	ck_assert_uint_eq(
		edge_counts(edge).made_room, 1); /* none for a connection that is not there */
	answer(&pending[1]);
	hears(late, "GET /late .");
	say(half, "Host: h\r\n\r\n");
	until(&dispatched, 3);
	answer(&pending[2]);
	hears(half, "GET /half .");
	close(busy);
	close(half);
	close(late);
}
END_TEST

/* Also where the response is there before the turn ends, so that the loop never sees it busy. */
START_TEST(a_connection_that_was_just_served_is_not_the_longest_idle_one)
{
	options.connections_max = 2;
	options.deadlines.min_idle_ms = 1;
	answers_at_once = true;
	reopen();
	int served = client(), idle = client();
	say(served, GET("/0"));
	hears(served, "GET /0 .");
	say(idle, GET("/1"));
	hears(idle, "GET /1 .");
	say(served, GET("/2"));
	hears(served, "GET /2 .");
	int late = client();
	say(late, GET("/3"));
	hears(late, "GET /3 .");
	ck_assert_int_eq(hears_end(idle), 0);
	say(served, GET("/4"));
	hears(served, "GET /4 .");
	close(served);
	close(late);
}
END_TEST

static void say_post(int fd, size_t length, size_t sent)
{
	static const char body[64 << 10];
	char head[128];
	(void)snprintf(head, sizeof head,
		"POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n\r\n", length);
	say(fd, head);
	say_bytes(fd, body, sent);
}

START_TEST(bodies_in_progress_share_a_budget)
{
	options.bodies_max = 70 << 10;
	reopen();
	int first = client(), second = client(), small = client();
	say_post(first, 50 << 10, 49 << 10);
	run_steps(20);
	say_post(second, 50 << 10, 49 << 10);
	ck_assert_int_eq(hears_end(second), 0);
	ck_assert_int_eq(times("HTTP/1.1 503 "), 1);
	ck_assert_int_eq(times("Retry-After: 1\r\n"), 1);
	ck_assert_int_eq(times("Connection: close\r\n"), 1);
	ck_assert_int_eq(times("OVERLOADED"), 1);
	say_post(small, 1000, 1000);
	until(&dispatched, 1);
	answer(&pending[0]);
	say_bytes(first, large, 1 << 10);
	until(&dispatched, 2);
	second = client(); /* the first body is held until its answer */
	say_post(second, 50 << 10, 50 << 10);
	ck_assert_int_eq(hears_end(second), 0);
	answer(&pending[1]);
	second = client();
	say_post(second, 50 << 10, 50 << 10);
	until(&dispatched, 3);
	answer(&pending[2]);
	close(first);
	close(second);
	close(small);
	until_connections(0);
}
END_TEST

START_TEST(a_lack_of_descriptors_is_waited_out)
{
	answers_at_once = true;
	int a = client(), b = client(), last = dup(a), fillers[64], count = 0;
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = (rlim_t)last + 8;
	setrlimit(RLIMIT_NOFILE, &limit);
	while ((fillers[count] = dup(last)) >= 0)
		count++;
	close(last); /* room for one */
	say(a, GET("/a"));
	say(b, GET("/b"));
	hears(a, "GET /a .");
	ck_assert_uint_eq(edge_counts(edge).connections, 1);
	if (_i)
		close(a);
	else
		close(fillers[--count]); /* no connection closes: a timer tries again */
	hears(b, "GET /b .");
	while (count > 0)
		close(fillers[--count]);
	close(b);
}
END_TEST

START_TEST(several_edges_share_a_port)
{
	struct edge *second = NULL;
	options.port = edge_port(edge);
	ck_assert(edge_open(&second, base, &options, NULL) == ST_OK);
	ck_assert_int_eq(edge_port(second), edge_port(edge));
	edge_free(&second);
}
END_TEST

START_TEST(an_address_of_another_machine_is_refused_with_a_reason)
{
	struct edge *second = NULL;
	struct fail why = { 0 };
	options.host = _i ? "no such host" : "192.0.2.1";
	options.port = 22112;
	ck_assert(edge_open(&second, base, &options, &why) == ST_SYSTEM);
	ck_assert_ptr_null(second);
	ck_assert_ptr_nonnull(strstr(why.text, options.host));
	ck_assert_ptr_nonnull(strstr(why.text, " port 22112: "));
}
END_TEST

static int listening_socket(int *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(listen(fd, 8), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

static void serve_on_passed_socket(int fd, int port)
{
	char pid[16];
	(void)snprintf(pid, sizeof pid, "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "1", 1);
	if (dup2(fd, 3) != 3)
		_exit(1);
	struct event_base *own = event_base_new();
	struct edge *mine = NULL;
	if (edge_open(&mine, own, &options, NULL) != ST_OK || edge_port(mine) != port)
		_exit(2);
	if (getenv("LISTEN_FDS") || getenv("LISTEN_PID"))
		_exit(3);
	answers_at_once = true;
	while (edge_counts(mine).accepted == 0 || edge_counts(mine).connections > 0)
		event_base_loop(own, EVLOOP_ONCE);
	_exit(0);
}

START_TEST(a_socket_that_systemd_passes_is_used)
{
	int port, status, fd = listening_socket(&port);
	pid_t child = fork();
	if (child == 0)
		serve_on_passed_socket(fd, port);
	close(fd);
	fd = client_to(port);
	say(fd, GET("/1"));
	hears(fd, "GET /1 .");
	close(fd);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_socket_that_is_passed_to_another_process_is_not_used)
{
	setenv("LISTEN_PID", "1", 1);
	setenv("LISTEN_FDS", "1", 1);
	reopen();
	ck_assert_int_gt(edge_port(edge), 0);
	ck_assert_ptr_nonnull(getenv("LISTEN_PID"));
}
END_TEST

/* Ends */

START_TEST(draining_lets_what_is_in_flight_be_answered_and_closes_the_rest)
{
	int idle = client(), busy = client(), half = client(), port = edge_port(edge);
	say(half, "GET /half HTTP/1.1\r\nHost: h\r\n");
	say(busy, GET("/busy") GET("/dropped"));
	until(&dispatched, 1);
	until_connections(3);
	edge_drain(edge, on_all_drained, &edge);
	ck_assert_uint_eq(all_drained, 0);
	ck_assert_int_eq(hears_end(idle), 0);
	ck_assert_uint_eq(heard_len, 0);
	int late = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	ck_assert_int_eq(connect(late, (struct sockaddr *)&at, sizeof at), -1);
	close(late);
	answer(&pending[0]);
	ck_assert_int_eq(hears_end(busy), 0);
	ck_assert_int_eq(times("Connection: close\r\n\r\nGET /busy ."), 1);
	say(half, "\r\n");
	until(&dispatched, 2);
	ck_assert_uint_eq(all_drained, 0);
	answer(&pending[1]);
	ck_assert_int_eq(hears_end(half), 0);
	ck_assert_int_eq(times("Connection: close\r\n\r\nGET /half ."), 1);
	until(&all_drained, 1);
	step();
	ck_assert_uint_eq(all_drained, 1);
}
END_TEST

/* What would not end by itself. */
START_TEST(a_drain_has_a_limit_and_counts_what_it_cuts_off)
{
	options.deadlines.drain_ms = 100;
	reopen();
	int stalled = client_of_window(4096), unanswered = client(), half = client();
	say(stalled, GET("/s"));
	until(&dispatched, 1);
	stream(pending[0]);
	write_until_full(pending[0], NULL);
	say(unanswered, GET("/u"));
	until(&dispatched, 2);
	say(half, "GET");
	until_connections(3);
	edge_drain(edge, on_all_drained, &edge);
	until(&all_drained, 1);
	ck_assert_uint_eq(edge_counts(edge).connections, 0);
	ck_assert_uint_eq(edge_counts(edge).cut_requests, 1);
	ck_assert_uint_eq(edge_counts(edge).cut_responses, 1);
	ck_assert_uint_eq(gone, 2);
	ck_assert_int_eq(hears_end(unanswered), -1);
	ck_assert_uint_eq(heard_len, 0);
	close(half);
	close(stalled);
}
END_TEST

START_TEST(a_reader_that_stalls_is_cut_off_soon_in_a_drain)
{
	options.deadlines.write_ms = 100;
	reopen();
	int stalled = client_of_window(4096);
	say(stalled, GET("/s"));
	until(&dispatched, 1);
	stream(pending[0]);
	write_until_full(pending[0], NULL);
	edge_drain(edge, on_all_drained, &edge);
	until(&all_drained, 1);
	ck_assert_uint_eq(edge_counts(edge).cut_responses, 1);
	ck_assert_uint_eq(edge_counts(edge).timed_out, 1);
	close(stalled);
}
END_TEST

static size_t asked_to_end;

static void count_drains(struct exchange *x, void *data)
{
	(void)x, (void)data;
	asked_to_end++;
}

static void say_goodbye(struct exchange *x, void *data)
{
	ck_assert_ptr_eq(data, &gone);
	asked_to_end++;
	exchange_set_data(x, NULL, NULL);
	(void)write_bytes(x, SPAN("bye"));
	exchange_end(&x);
}

START_TEST(a_stream_can_end_politely_when_the_edge_drains)
{
	int fd = client();
	say(fd, GET("/s"));
	until(&dispatched, 1);
	stream(pending[0]);
	exchange_on_drain(pending[0], say_goodbye);
	(void)write_bytes(pending[0], SPAN("hello"));
	hears(fd, "hello\r\n");
	run_steps(20);
	ck_assert_uint_eq(asked_to_end, 0);
	edge_drain(edge, on_all_drained, &edge);
	ck_assert_uint_eq(asked_to_end, 0); /* only from the loop */
	ck_assert_int_eq(hears_end(fd), 0);
	ck_assert_str_eq(heard, "3\r\nbye\r\n0\r\n\r\n");
	ck_assert_uint_eq(asked_to_end, 1);
	until(&all_drained, 1);
	ck_assert_uint_eq(edge_counts(edge).cut_responses, 0);
	ck_assert_uint_eq(gone, 0);
}
END_TEST

START_TEST(a_stream_that_begins_in_a_drain_learns_of_it)
{
	int fd = client();
	say(fd, GET("/s"));
	until(&dispatched, 1);
	edge_drain(edge, on_all_drained, &edge);
	run_steps(20);
	stream(pending[0]);
	exchange_on_drain(pending[0], say_goodbye);
	ck_assert_uint_eq(asked_to_end, 0);
	ck_assert_int_eq(hears_end(fd), 0);
	ck_assert_int_eq(times("\r\n\r\n3\r\nbye\r\n0\r\n\r\n"), 1);
	ck_assert_int_eq(times("Connection: close\r\n"), 1);
	until(&all_drained, 1);
}
END_TEST

/* It goes on until the drain's limit, as a stream without on_drain does. */
START_TEST(a_stream_that_does_not_end_when_the_edge_drains_is_told_once)
{
	options.deadlines.drain_ms = 100;
	reopen();
	int fd = client();
	say(fd, GET("/s"));
	until(&dispatched, 1);
	stream(pending[0]);
	exchange_on_drain(pending[0], count_drains);
	edge_drain(edge, on_all_drained, &edge);
	until(&all_drained, 1);
	ck_assert_uint_eq(asked_to_end, 1);
	ck_assert_uint_eq(gone, 1);
	ck_assert_int_eq(hears_end(fd), -1);
}
END_TEST

START_TEST(draining_nothing_is_told_from_the_loop)
{
	edge_drain(edge, on_all_drained, &edge);
	ck_assert_uint_eq(all_drained, 0);
	until(&all_drained, 1);
}
END_TEST

START_TEST(freeing_the_edge_reports_what_was_in_flight)
{
	int fd = client();
	say(fd, GET("/1"));
	until(&dispatched, 1);
	edge_free(&edge);
	ck_assert_uint_eq(gone, 1);
	ck_assert_int_eq(hears_end(fd), 0);
}
END_TEST

START_TEST(an_idle_connection_costs_little)
{
	enum { COUNT = 400 };
	answers_at_once = true;
	int fds[COUNT];
	size_t before = 0;
	for (int i = 0; i < COUNT; i++) {
		fds[i] = client();
		say(fds[i], GET("/1"));
		hears(fds[i], "GET /1 .");
		if (i == 0)
			before = mallinfo2().uordblks;
	}
	ck_assert_uint_eq(edge_counts(edge).connections, COUNT);
	ck_assert_uint_lt(mallinfo2().uordblks - before, COUNT * 2048);
	for (int i = 0; i < COUNT; i++)
		close(fds[i]);
	until_connections(0);
}
END_TEST

/* A client's flood while its request is in work is left in the kernel past a bound. */
START_TEST(what_is_sent_ahead_is_not_all_taken_in)
{
	static const char flood[1 << 16];
	int fd = client();
	say(fd, GET("/1"));
	until(&dispatched, 1);
	size_t before = mallinfo2().uordblks;
	for (int i = 0; i < 200; i++) {
		(void)send(fd, flood, sizeof flood, MSG_NOSIGNAL);
		step();
	}
	ck_assert_uint_lt(mallinfo2().uordblks - before, 200000);
	answer(&pending[0]);
	hears_times(fd, "GET /1 .", 1);
	hears_times(fd, "400 Bad Request", 1);
	close(fd);
}
END_TEST

static Suite *edge_suite(void)
{
	Suite *suite = suite_create("edge");
	TCase *tests = tcase_create("edge");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, set_up_edge, tear_down);
	tcase_add_test(tests, a_connection_is_kept_and_serves_request_after_request);
	tcase_add_test(tests, bytes_may_come_one_by_one);
	tcase_add_test(tests, pipelined_requests_are_dispatched_one_by_one_and_answered_in_order);
	tcase_add_test(tests, answering_at_once_neither_recurses_nor_starves_others);
	tcase_add_test(tests, head_gets_the_length_without_the_body);
	tcase_add_loop_test(tests, no_content_has_no_length_and_no_body, 0, 2);
	tcase_add_test(tests, a_client_that_waits_for_100_continue_gets_it);
	tcase_add_test(tests, a_client_that_sends_its_body_at_once_gets_no_100_continue);
	tcase_add_test(tests, http_1_0_is_answered_and_closed);
	tcase_add_test(tests, http_1_0_is_kept_where_it_asks);
	tcase_add_test(tests, connection_close_is_honoured_and_what_follows_is_dropped);
	tcase_add_test(tests, a_stream_waits_for_its_reader_and_comes_whole);
	tcase_add_test(tests, a_stream_to_http_1_0_ends_with_the_connection);
	tcase_add_test(tests, a_small_stream_is_chunked);
	tcase_add_test(tests, a_stream_to_head_is_its_head);
	tcase_add_loop_test(tests, an_aborted_answer_does_not_look_whole, 0, 2);
	tcase_add_loop_test(tests, a_response_without_memory_is_503_and_never_a_part, 0, 3);
	tcase_add_loop_test(tests, a_stream_without_memory_is_cut, 0, 2);
	tcase_add_test(tests, static_bytes_are_sent_whole);
	tcase_add_test(tests, a_request_may_be_aborted_while_it_is_dispatched);
	tcase_add_test(tests, a_client_that_closed_its_side_is_answered);
	tcase_add_test(tests, a_client_that_is_gone_is_reported_once);
	tcase_add_test(tests, a_reader_of_a_stream_that_is_gone_is_reported_once);
	tcase_add_test(tests, a_write_after_the_client_left_reports_it_from_the_loop);
	tcase_add_test(tests, a_client_that_leaves_amid_a_request_leaves_nothing);
	tcase_add_test(tests, a_refused_head_is_answered_instead_of_100_continue);
	tcase_add_test(
		tests, a_refused_head_is_answered_before_its_body_comes_and_the_body_is_dropped);
	tcase_add_loop_test(tests, a_refused_head_before_a_long_body_ends_the_connection, 0, 2);
	tcase_add_test(tests, a_refused_head_gets_no_second_response);
	tcase_add_test(tests, a_request_without_a_body_is_not_judged_by_its_head_alone);
	tcase_add_loop_test(tests, a_refusal_knows_the_fields_that_came, 0, 3);
	tcase_add_loop_test(tests, a_dripping_request_is_timed_out, 0, 2);
	tcase_add_test(tests, each_head_has_a_deadline_of_its_own);
	tcase_add_test(tests, an_idle_connection_is_closed_without_a_word);
	tcase_add_test(tests, a_connection_that_sends_nothing_is_closed_without_a_word);
	tcase_add_test(tests, a_request_in_work_has_no_deadline_here);
	tcase_add_test(tests, a_client_that_reads_nothing_is_cut);
	tcase_add_test(tests, pipelined_requests_wait_for_the_reader_of_the_answers);
	tcase_add_test(tests, a_client_that_reads_by_bytes_is_cut);
	tcase_add_test(tests, a_client_that_reads_slowly_but_fast_enough_is_kept);
	tcase_add_test(tests, unsent_answers_of_all_connections_have_a_bound);
	tcase_add_test(tests, what_is_no_request_is_answered_and_closed);
	tcase_add_test(tests, a_refused_client_that_goes_on_sending_reads_its_answer);
	tcase_add_test(tests, a_refused_client_that_never_stops_is_cut);
	tcase_add_test(tests, a_refused_client_that_stays_is_closed_after_a_while);
	tcase_add_test(tests, connections_past_the_limit_wait);
	tcase_add_test(tests, past_the_limit_the_longest_idle_connection_makes_room);
	tcase_add_test(tests, a_connection_that_was_just_served_is_not_the_longest_idle_one);
	tcase_add_test(tests, bodies_in_progress_share_a_budget);
	tcase_add_loop_test(tests, a_lack_of_descriptors_is_waited_out, 0, 2);
	tcase_add_test(tests, several_edges_share_a_port);
	tcase_add_loop_test(tests, an_address_of_another_machine_is_refused_with_a_reason, 0, 2);
	tcase_add_test(tests, a_socket_that_systemd_passes_is_used);
	tcase_add_test(tests, a_socket_that_is_passed_to_another_process_is_not_used);
	tcase_add_test(tests, draining_lets_what_is_in_flight_be_answered_and_closes_the_rest);
	tcase_add_test(tests, a_drain_has_a_limit_and_counts_what_it_cuts_off);
	tcase_add_test(tests, a_reader_that_stalls_is_cut_off_soon_in_a_drain);
	tcase_add_test(tests, a_stream_can_end_politely_when_the_edge_drains);
	tcase_add_test(tests, a_stream_that_begins_in_a_drain_learns_of_it);
	tcase_add_test(tests, a_stream_that_does_not_end_when_the_edge_drains_is_told_once);
	tcase_add_test(tests, draining_nothing_is_told_from_the_loop);
	tcase_add_test(tests, freeing_the_edge_reports_what_was_in_flight);
	tcase_add_test(tests, an_idle_connection_costs_little);
	tcase_add_test(tests, what_is_sent_ahead_is_not_all_taken_in);
	suite_add_tcase(suite, tests);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(edge_suite());
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
