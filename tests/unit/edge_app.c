#include "tests/unit/edge_app.h"

#include <signal.h>

struct event_base *base;
struct edge *edge;
static struct event *tick;
static int ticks;

bool responds_at_once;
struct exchange *pending[256];
size_t dispatched, gone, writable_calls, drained;
size_t deepest;
static size_t depth;

void respond(struct exchange **x)
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
	if (responds_at_once)
		respond(&x);
	depth--;
}

static int format_error(
	struct buf *headers, struct buf *body, const struct edge_refusal *refusal, void *arg)
{
	const struct http_request *http = refusal->http;
	ck_assert_ptr_eq(arg, &edge);
	ck_assert_int_eq(refusal->peer->any.sa_family, AF_INET);
	buf_text(headers, "X-Test: error\r\n");
	if (http && http_request_field(http, "Origin").len)
		buf_text(headers, "X-Origin: o\r\n");
	if (refusal->data)
		buf_printf(headers, "X-Data: %d\r\n", refusal->data == &gone);
	buf_printf(body, "{\"code\":\"%s\",\"known\":%d}", status_info(refusal->st)->code,
		http != NULL);
	return status_info(refusal->st)->http_status;
}

void on_drained(void *arg)
{
	ck_assert_ptr_eq(arg, &edge);
	drained++;
}

struct edge_options options = { .host = "127.0.0.1",
	.connections_max = 1000,
	.on_request = on_request,
	.format_error = format_error,
	.arg = &edge };

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	ck_assert_msg(++ticks < 10000, "nothing happened within the deadline");
}

void reopen(void)
{
	struct fail why = { 0 };
	edge_free(&edge);
	ck_assert_msg(edge_open(&edge, base, &options, &why) == ST_OK, "%s", why.text);
}

static void set_up(void)
{
	static const struct timeval often = { 0, 2000 };
	(void)signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	tick = event_new(base, -1, EV_PERSIST, on_tick, NULL);
	event_add(tick, &often);
	reopen();
}

static void tear_down(void)
{
	edge_free(&edge);
	edge_free(&edge);
	event_free(tick);
	event_base_free(base);
}

/* The tick makes the loop return. */
void step(void)
{
	ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
}

void run_steps(int count)
{
	for (int i = 0; i < count; i++)
		step();
}

/* ---- Clients ---- */

char received[1 << 16];
size_t received_len;

int open_client_to(int port)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(evutil_make_socket_nonblocking(fd), 0);
	received_len = 0;
	received[0] = '\0';
	return fd;
}

int open_client(void)
{
	return open_client_to(edge_port(edge));
}

void send_bytes(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
		ck_assert(sent > 0 || errno == EAGAIN);
		step();
		bytes += sent > 0 ? sent : 0;
		len -= sent > 0 ? (size_t)sent : 0;
	}
}

void send_text(int fd, const char *text)
{
	send_bytes(fd, text, strlen(text));
}

/* > 0: bytes; 0: the end; -1: an error; -2: nothing yet */
int receive(int fd)
{
	ck_assert_uint_lt(received_len, sizeof received - 1);
	ssize_t len = recv(fd, received + received_len, sizeof received - 1 - received_len, 0);
	if (len < 0)
		return errno == EAGAIN ? -2 : -1;
	received_len += (size_t)len;
	received[received_len] = '\0';
	return (int)len;
}

int count_of(const char *text)
{
	int count = 0;
	for (const char *at = received; (at = strstr(at, text)); at++)
		count++;
	return count;
}

void expect_times(int fd, const char *text, int count)
{
	while (count_of(text) < count) {
		int n = receive(fd);
		ck_assert_msg(n != 0 && n != -1, "the connection ended after: %s", received);
		if (n == -2)
			step();
	}
	ck_assert_int_eq(count_of(text), count);
}

void expect(int fd, const char *text)
{
	expect_times(fd, text, 1);
	received_len = 0;
	received[0] = '\0';
}

int expect_end(int fd)
{
	int n;
	while ((n = receive(fd)) > 0 || n == -2)
		if (n == -2)
			step();
	close(fd);
	return n;
}

void run_until(const size_t *value, size_t wanted)
{
	while (*value < wanted)
		step();
	ck_assert_uint_eq(*value, wanted);
}

void run_until_connections(size_t wanted)
{
	while (edge_counts(edge).connections != wanted)
		step();
}

/* ---- Streams and large responses ---- */

size_t written;
char large[EDGE_APP_LARGE];

bool write_bytes(struct exchange *x, struct span bytes)
{
	struct buf piece = { 0 };
	buf_span(&piece, bytes);
	bool is_full = exchange_write(x, &piece);
	buf_fini(&piece);
	return is_full;
}

void write_until_full(struct exchange *x, void *data)
{
	static char piece[PIECE];
	writable_calls++;
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

void stream(struct exchange *x)
{
	exchange_start(
		x, &(struct exchange_response){ .http_status = 200, .content_type = "text/plain" });
	exchange_on_writable(x, write_until_full);
}

size_t receive_stream(int fd, const char *end)
{
	size_t total = 0;
	while (!strstr(received, end)) {
		int n = receive(fd);
		if (n == 0 || n == -1)
			break;
		if (n == -2)
			step();
		size_t kept = received_len < 8 ? received_len : 8;
		for (size_t i = 0; i < received_len - kept; i++)
			total += received[i] == '~';
		memmove(received, received + received_len - kept, kept + 1);
		received_len = kept;
	}
	for (size_t i = 0; i < received_len; i++)
		total += received[i] == '~';
	return total;
}

void respond_large_at_once(struct exchange *x, void *arg)
{
	(void)arg;
	dispatched++;
	memset(large, '~', sizeof large);
	exchange_set_data(x, NULL, NULL);
	exchange_respond(&x, &(struct exchange_response){
				     .http_status = 200, .static_body = { large, sizeof large } });
}

int open_client_of_window(int size)
{
	int fd = open_client();
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	return fd;
}

TCase *edge_tests_new(const char *name)
{
	TCase *tests = tcase_create(name);
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	return tests;
}
