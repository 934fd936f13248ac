#include "gateway/edge_transport.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SPARE_MAX = 32 << 10 }; /* more is freed once it is sent */

bool edge_transports_open(struct edge_transports *all, struct event_base *base)
{
	*all = (struct edge_transports){ .base = base, .input = malloc(EDGE_TRANSPORT_UNREAD) };
	return all->input;
}

void edge_transports_close(struct edge_transports *all)
{
	buf_fini(&all->spare);
	free(all->input);
	all->input = NULL;
}

/* ---- Input ---- */

static bool is_shared(const struct edge_transport *t)
{
	return t->all->reader == t;
}

/* The bytes at the front of `kept` that are read make room. */
static void move_to_front(struct edge_transport *t)
{
	if (t->unread.len && t->unread.bytes != t->kept.bytes)
		memmove(t->kept.bytes, t->unread.bytes, t->unread.len);
	t->kept.len = t->unread.len;
}

/* Appends bytes of all->input to what waits. */
static bool keep(struct edge_transport *t, struct span bytes)
{
	move_to_front(t);
	buf_span(&t->kept, bytes);
	t->unread = buf_view(&t->kept);
	return !t->kept.failed;
}

static bool keep_shared(struct edge_transport *t)
{
	struct span bytes = t->unread;
	t->all->reader = NULL;
	t->unread.len = 0;
	return bytes.len == 0 || keep(t, bytes);
}

static void fail(struct edge_transport *t)
{
	edge_transport_set_reading(t, false);
	edge_transport_stop_writing(t);
	t->callbacks->on_error(t->arg);
}

static void on_bytes(struct edge_transport *t, struct span bytes)
{
	if (t->unread.len == 0) {
		t->all->reader = t;
		t->unread = bytes;
	} else if (!keep(t, bytes)) {
		fail(t);
		return;
	}
	struct edge_transports *all = t->all;
	t->callbacks->on_input(t->arg);
	if (all->reader == t && !keep_shared(t)) /* else it is closed, or has kept them */
		fail(t);
}

/* Through a bufferevent each read would also cost a question for the number of bytes, memory for
 * them and a copy. */
static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	struct edge_transport *t = arg;
	char *input = t->all->input;
	assert(t->unread.len < EDGE_TRANSPORT_UNREAD);
	ssize_t len = recv(fd, input, EDGE_TRANSPORT_UNREAD - t->unread.len, 0);
	if (len > 0) {
		on_bytes(t, (struct span){ input, (size_t)len });
	} else if (len == 0) {
		edge_transport_set_reading(t, false);
		t->callbacks->on_end(t->arg);
	} else if (errno != EAGAIN && errno != EINTR) {
		fail(t);
	}
}

void edge_transport_set_reading(struct edge_transport *t, bool is_reading)
{
	if (is_reading == t->is_reading)
		return;
	t->is_reading = is_reading;
	int outcome = is_reading ? event_add(&t->readable, NULL) : event_del(&t->readable);
	if (outcome != 0)
		edge_transport_trigger_error(t); /* no memory */
}

size_t edge_transport_unread(const struct edge_transport *t)
{
	return t->unread.len;
}

struct span edge_transport_peek(const struct edge_transport *t)
{
	return t->unread;
}

void edge_transport_consume(struct edge_transport *t, size_t bytes)
{
	t->unread = span_drop(t->unread, bytes);
	if (t->unread.len == 0 && t->kept.cap > 0)
		buf_fini(&t->kept);
}

/* ---- Output ---- */

size_t edge_transport_unsent(const struct edge_transport *t)
{
	return t->output.len - t->sent + t->static_output.len;
}

/* Appends static bytes that others follow. */
static void copy_static(struct edge_transport *t)
{
	struct span bytes = t->static_output;
	t->static_output.len = 0;
	buf_span(&t->output, bytes);
}

/* Moving is worth it only if much is sent: else each piece of a long stream would move all. */
static void drop_sent(struct edge_transport *t)
{
	if (!t->output.bytes || t->sent < t->output.len / 2)
		return;
	t->output.len -= t->sent;
	memmove(t->output.bytes, t->output.bytes + t->sent, t->output.len);
	t->sent = 0;
}

struct buf *edge_transport_output(struct edge_transport *t)
{
	if (!t->output.bytes && !t->output.failed) {
		t->output = t->all->spare;
		t->all->spare = (struct buf){ 0 };
	}
	if (t->sent > 0)
		drop_sent(t);
	if (t->static_output.len > 0)
		copy_static(t);
	return &t->output;
}

bool edge_transport_put_static(struct edge_transport *t, struct span bytes)
{
	bool is_ok = !edge_transport_output(t)->failed;
	t->static_output = is_ok ? bytes : (struct span){ 0 };
	return is_ok;
}

/* All is sent. */
static void return_output(struct edge_transport *t)
{
	struct buf *spare = &t->all->spare;
	t->sent = 0;
	t->static_output.len = 0;
	if (spare->bytes || t->output.cap > SPARE_MAX) {
		buf_fini(&t->output);
	} else {
		*spare = t->output;
		buf_clear(spare);
		t->output = (struct buf){ 0 };
	}
}

static void count_sent(struct edge_transport *t, size_t len)
{
	size_t own = t->output.len - t->sent;
	t->all_sent += len;
	if (len == own + t->static_output.len) {
		return_output(t);
	} else if (len < own) {
		t->sent += len;
	} else {
		t->sent += own;
		t->static_output = span_drop(t->static_output, len - own);
	}
}

static ssize_t send_both(const struct edge_transport *t, struct span own)
{
	size_t left = EDGE_TRANSPORT_WRITE_MAX - own.len;
	struct span more = t->static_output;
	/* NOLINTBEGIN(performance-no-int-to-ptr): an iovec has no const */
	struct iovec pieces[] = {
		{ .iov_base = (void *)(uintptr_t)own.bytes, .iov_len = own.len },
		{ .iov_base = (void *)(uintptr_t)more.bytes,
			.iov_len = more.len < left ? more.len : left },
	};
	/* NOLINTEND(performance-no-int-to-ptr) */
	struct msghdr message = { .msg_iov = pieces, .msg_iovlen = 2 };
	return sendmsg(t->fd, &message, MSG_NOSIGNAL);
}

/* False: the connection is gone. */
static bool send_some(struct edge_transport *t)
{
	struct span own = span_drop(buf_view(&t->output), t->sent);
	if (own.len > EDGE_TRANSPORT_WRITE_MAX)
		own.len = EDGE_TRANSPORT_WRITE_MAX;
	if (own.len + t->static_output.len == 0)
		return true;
	ssize_t len = t->static_output.len ? send_both(t, own)
					   : send(t->fd, own.bytes, own.len, MSG_NOSIGNAL);
	if (len < 0)
		return errno == EAGAIN || errno == EINTR;
	count_sent(t, (size_t)len);
	return true;
}

/* Through the loop each response would cost two epoll_ctl and one epoll_wait more. */
void edge_transport_send_now(struct edge_transport *t)
{
	if (!t->has_failed)
		(void)send_some(t);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct edge_transport *t = arg;
	if (t->has_failed || !send_some(t))
		fail(t);
	else if (edge_transport_unsent(t) <= EDGE_TRANSPORT_LOW)
		t->callbacks->on_output_low(t->arg);
}

bool edge_transport_start_writing(struct edge_transport *t)
{
	return event_add(&t->writable, NULL) == 0;
}

void edge_transport_stop_writing(struct edge_transport *t)
{
	event_del(&t->writable);
}

uint64_t edge_transport_all_put(const struct edge_transport *t)
{
	return t->all_sent + edge_transport_unsent(t);
}

uint64_t edge_transport_all_acknowledged(const struct edge_transport *t)
{
	int in_kernel = 0;
	if (ioctl(t->fd, SIOCOUTQ, &in_kernel) != 0)
		in_kernel = 0;
	return t->all_sent - (uint64_t)in_kernel;
}

/* ---- The whole ---- */

void edge_transport_open(struct edge_transport *t, struct edge_transports *all, int fd,
	const struct edge_transport_callbacks *callbacks, void *arg)
{
	*t = (struct edge_transport){ .all = all, .fd = fd, .callbacks = callbacks, .arg = arg };
	event_assign(&t->readable, all->base, fd, EV_READ | EV_PERSIST, on_readable, t);
	event_assign(&t->writable, all->base, fd, EV_WRITE | EV_PERSIST, on_writable, t);
}

void edge_transport_close(struct edge_transport *t)
{
	event_del(&t->readable);
	event_del(&t->writable);
	if (is_shared(t))
		t->all->reader = NULL;
	buf_fini(&t->kept);
	buf_fini(&t->output);
	close(t->fd);
	t->fd = -1;
}

bool edge_transport_shutdown(struct edge_transport *t)
{
	return shutdown(t->fd, SHUT_WR) == 0;
}

void edge_transport_reset_on_close(struct edge_transport *t)
{
	static const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	(void)setsockopt(t->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void edge_transport_trigger_error(struct edge_transport *t)
{
	t->has_failed = true;
	t->output.failed = true;
	event_active(&t->writable, EV_WRITE, 0);
}
