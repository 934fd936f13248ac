#include "gateway/edge_transport.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static void on_read(struct bufferevent *bev, void *arg)
{
	const struct edge_transport *t = arg;
	(void)bev;
	t->callbacks->on_input(t->arg);
}

static void on_write(struct bufferevent *bev, void *arg)
{
	const struct edge_transport *t = arg;
	(void)bev;
	t->callbacks->on_output_low(t->arg);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	const struct edge_transport *t = arg;
	(void)bev;
	if ((what & BEV_EVENT_EOF) && (what & BEV_EVENT_READING))
		t->callbacks->on_end(t->arg);
	else
		t->callbacks->on_error(t->arg);
}

bool edge_transport_open(struct edge_transport *t, struct event_base *base, int fd,
	const struct edge_transport_callbacks *callbacks, void *arg)
{
	struct bufferevent *bev = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!bev)
		return false;
	*t = (struct edge_transport){ .bev = bev,
		.input = bufferevent_get_input(bev),
		.output = bufferevent_get_output(bev),
		.callbacks = callbacks,
		.arg = arg };
	bufferevent_setcb(bev, on_read, on_write, on_event, t);
	bufferevent_disable(bev, EV_WRITE); /* see edge_transport_send_now */
	bufferevent_setwatermark(bev, EV_WRITE, EDGE_TRANSPORT_LOW, 0);
	bufferevent_set_max_single_write(bev, EDGE_TRANSPORT_WRITE_MAX);
	return true;
}

void edge_transport_close(struct edge_transport *t)
{
	bufferevent_free(t->bev);
	t->bev = NULL;
}

/* Not a read high-water mark: while the input stays at that mark, libevent calls on_read again and
 * again. */
void edge_transport_set_reading(struct edge_transport *t, bool is_reading)
{
	if (is_reading == t->is_reading)
		return;
	t->is_reading = is_reading;
	if (is_reading)
		bufferevent_enable(t->bev, EV_READ);
	else
		bufferevent_disable(t->bev, EV_READ);
}

size_t edge_transport_unread(const struct edge_transport *t)
{
	return evbuffer_get_length(t->input);
}

struct span edge_transport_peek(const struct edge_transport *t)
{
	struct evbuffer_iovec piece = { 0 };
	evbuffer_peek(t->input, -1, NULL, &piece, 1);
	return (struct span){ piece.iov_base, piece.iov_len };
}

void edge_transport_consume(struct edge_transport *t, size_t bytes)
{
	evbuffer_drain(t->input, bytes);
}

bool edge_transport_put(struct edge_transport *t, struct span bytes)
{
	return evbuffer_add(t->output, bytes.bytes, bytes.len) == 0;
}

bool edge_transport_put_static(struct edge_transport *t, struct span bytes)
{
	return evbuffer_add_reference(t->output, bytes.bytes, bytes.len, NULL, NULL) == 0;
}

size_t edge_transport_unsent(const struct edge_transport *t)
{
	return evbuffer_get_length(t->output);
}

/*
 * Through the loop each response would cost two epoll_ctl and one epoll_wait more. The bufferevent
 * sends only what the socket does not take at once, so its writing is disabled in between, and its
 * output buffer is frozen at the front against such writes. An error shows again when the
 * bufferevent writes, and reaches on_event then, from the loop.
 */
void edge_transport_send_now(struct edge_transport *t)
{
	evbuffer_unfreeze(t->output, 1);
	(void)evbuffer_write(t->output, bufferevent_getfd(t->bev));
	evbuffer_freeze(t->output, 1);
}

bool edge_transport_start_writing(struct edge_transport *t)
{
	return bufferevent_enable(t->bev, EV_WRITE) == 0;
}

void edge_transport_stop_writing(struct edge_transport *t)
{
	bufferevent_disable(t->bev, EV_WRITE);
}

size_t edge_transport_unacknowledged(const struct edge_transport *t)
{
	int in_kernel = 0;
	if (ioctl(bufferevent_getfd(t->bev), SIOCOUTQ, &in_kernel) != 0)
		in_kernel = 0;
	return edge_transport_unsent(t) + (size_t)in_kernel;
}

bool edge_transport_shutdown(struct edge_transport *t)
{
	return shutdown(bufferevent_getfd(t->bev), SHUT_WR) == 0;
}

void edge_transport_reset_on_close(struct edge_transport *t)
{
	static const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	(void)setsockopt(
		bufferevent_getfd(t->bev), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void edge_transport_trigger_error(struct edge_transport *t)
{
	bufferevent_trigger_event(t->bev, BEV_EVENT_ERROR, BEV_TRIG_DEFER_CALLBACKS);
}
