#include "gateway/rpc_peer.h"

#include <event2/event.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "common/envelope.h"
#include "common/log.h"

enum {
	BODY_TARGET = 1 << 20, /* a message of this size is sent at once */
	SWEEP_MS = 500,        /* interval between checks of idle peers */
};

struct rpc_peers {
	struct rpc_peers_options options;
	struct socket *socket;
	struct byte_gauge *unread; /* of all peers */
	size_t unsent_bytes;       /* of responses in messages that are not sent yet, all peers */
	struct event *flush, *sweep;
	void *tree; /* tsearch(3): clients cannot choose names that make it slow */
	/* A peer is in one of these: to flush after this turn; has calls in flight; only has to
	 * read. */
	struct rpc_peer_list scheduled, waiting, idle;
};

static int compare(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return memcmp(x->bytes, y->bytes, x->len);
}

static void arm(struct event *timer, long ms)
{
	struct timeval wait = { ms / 1000, ms % 1000 * 1000 };
	if (!evtimer_pending(timer, NULL) && event_add(timer, &wait) != 0)
		log_error("timer not started: responses to RPC clients may not be sent");
}

static void move(struct rpc_peer *p, struct rpc_peer_list *to)
{
	if (p->list == to)
		return;
	TAILQ_REMOVE(p->list, p, link);
	TAILQ_INSERT_TAIL(to, p, link);
	p->list = to;
}

void rpc_peers_schedule(struct rpc_peers *peers)
{
	arm(peers->flush, 0);
}

void rpc_peer_schedule(struct rpc_peer *p)
{
	move(p, &p->peers->scheduled);
	rpc_peers_schedule(p->peers);
}

static struct rpc_peer *new_peer(struct rpc_peers *peers, struct span name)
{
	struct rpc_peer *p = calloc(1, sizeof *p + name.len);
	if (!p)
		return NULL;
	memcpy(p + 1, name.bytes, name.len);
	p->name = (struct span){ (char *)(p + 1), name.len };
	p->peers = peers;
	p->unread = byte_gauge_new(peers->unread);
	if (!p->unread || !tsearch(p, &peers->tree, compare)) {
		byte_gauge_free(&p->unread);
		free(p);
		return NULL;
	}
	LIST_INIT(&p->calls);
	p->list = &peers->waiting;
	TAILQ_INSERT_TAIL(p->list, p, link);
	peers->options.counts->peers++;
	return p;
}

struct rpc_peer *rpc_peer_of(struct rpc_peers *peers, struct span name)
{
	struct rpc_peer **found = tfind(&name, &peers->tree, compare);
	return found ? *found : new_peer(peers, name);
}

struct span rpc_peer_address(struct rpc_peer *p)
{
	if (p->address.len == 0)
		p->address = socket_sender_address(p->peers->socket, p->address_room);
	return p->address;
}

static void free_peer(struct rpc_peer *p)
{
	struct rpc_peers *peers = p->peers;
	peers->options.on_gone(peers->options.arg, p);
	TAILQ_REMOVE(p->list, p, link);
	tdelete(p, &peers->tree, compare);
	peers->options.counts->peers--;
	byte_gauge_free(&p->unread);
	peers->unsent_bytes -= p->out.len;
	buf_fini(&p->out);
	free(p);
}

static void free_all(struct rpc_peer_list *list)
{
	for (struct rpc_peer *p = TAILQ_FIRST(list), *next; p; p = next) {
		next = TAILQ_NEXT(p, link);
		free_peer(p);
	}
}

static size_t unread(const struct rpc_peer *p)
{
	return p->out.len + byte_gauge_bytes(p->unread);
}

static size_t unread_of_all(const struct rpc_peers *peers)
{
	return peers->unsent_bytes + byte_gauge_bytes(peers->unread);
}

bool rpc_peer_has_room(const struct rpc_peer *p, size_t bytes)
{
	size_t own = unread(p), all = unread_of_all(p->peers);
	size_t all_max = p->peers->options.unread_all_max;
	return (own == 0 || own + bytes < RPC_UNREAD_MAX) /* a single response is never too large */
	       && (all == 0 || all + bytes < all_max || own + bytes < all_max / RPC_UNREAD_SHARE);
}

/* A peer within its share loses no response because of other peers. */
static bool is_over(const struct rpc_peer *p)
{
	size_t own = unread(p), all_max = p->peers->options.unread_all_max;
	return own >= 2 * (size_t)RPC_UNREAD_MAX
	       || (unread_of_all(p->peers) >= 2 * all_max && own >= all_max / RPC_UNREAD_SHARE);
}

static void send_out(struct rpc_peer *p)
{
	if (p->out.len == 0 || p->is_gone)
		return;
	p->peers->unsent_bytes -= p->out.len;
	enum status st = socket_send_buf(p->peers->socket, p->name, &p->out, p->unread);
	if (st != ST_OK)
		p->peers->options.counts->dropped++;
	p->is_gone = st == ST_NO_WORKER;
}

/* The buffer for one response; NULL: drop the response. */
static struct buf *begin_response(struct rpc_peer *p)
{
	if (p->is_gone || is_over(p)) {
		p->peers->options.counts->dropped++;
		return NULL;
	}
	p->mark = p->out.len;
	return &p->out;
}

/* Keeps what was put since p->mark. If there was no memory for it, removes it and returns false:
 * what is before it is complete. */
static bool keep(struct rpc_peer *p)
{
	if (p->out.failed) {
		p->out.failed = false;
		p->out.len = p->mark;
		return false;
	}
	p->peers->unsent_bytes += p->out.len - p->mark;
	return true;
}

static void finish_response(struct rpc_peer *p)
{
	struct rpc_counts *counts = p->peers->options.counts;
	if (keep(p))
		counts->answered++;
	else
		counts->dropped++;
	if (p->out.len >= BODY_TARGET && !socket_peer_delimits(p->name))
		send_out(p);
	rpc_peer_schedule(p);
}

void rpc_peer_tell_position(struct rpc_peer *p, struct position position)
{
	if (p->is_gone || !position_is_before(p->told, position))
		return;
	p->mark = p->out.len;
	envelope_open_notification(&p->out, "gateway.position");
	msg_put_map(&p->out, 1);
	msg_put_key(&p->out, "position");
	position_put(&p->out, position);
	if (keep(p))
		p->told = position;
}

void rpc_peer_respond(struct rpc_peer *p, uint32_t msgid, struct span result)
{
	struct buf *out = begin_response(p);
	if (!out)
		return;
	envelope_put_result(out, msgid, result);
	finish_response(p);
}

void rpc_peer_respond_error(struct rpc_peer *p, uint32_t msgid, struct span error)
{
	struct buf *out = begin_response(p);
	if (!out)
		return;
	envelope_put_error(out, msgid, error);
	finish_response(p);
}

void rpc_peer_refuse(struct rpc_peer *p, uint32_t msgid, enum status st, const struct fail *why)
{
	struct buf map = { 0 };
	struct buf *out = begin_response(p);
	if (!out)
		return;
	envelope_put_error_map(&map, st, why);
	envelope_put_error(out, msgid, buf_view(&map));
	out->failed |= map.failed;
	buf_fini(&map);
	finish_response(p);
}

static void flush_peer(struct rpc_peer *p)
{
	if (p->calls_count == 0 || !socket_peer_delimits(p->name))
		send_out(p);
	if (p->is_gone || (p->calls_count == 0 && unread(p) == 0)) {
		free_peer(p);
		return;
	}
	move(p, p->calls_count ? &p->peers->waiting : &p->peers->idle);
	if (p->calls_count == 0)
		arm(p->peers->sweep, SWEEP_MS);
}

static void flush_list(struct rpc_peer_list *list)
{
	for (struct rpc_peer *p = TAILQ_FIRST(list), *next; p; p = next) {
		next = TAILQ_NEXT(p, link);
		flush_peer(p);
	}
}

static void on_flush(evutil_socket_t fd, short what, void *arg)
{
	struct rpc_peers *peers = arg;
	(void)fd, (void)what;
	flush_list(&peers->scheduled);
	peers->options.on_flushed(peers->options.arg);
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct rpc_peers *peers = arg;
	(void)fd, (void)what;
	flush_list(&peers->idle);
}

enum status rpc_peers_open(struct rpc_peers **out, struct event_base *base,
	const struct rpc_peers_options *options, struct fail *why)
{
	struct rpc_peers *peers = calloc(1, sizeof *peers);
	if (!peers)
		return fail_set(why, ST_NO_MEMORY, "RPC clients: out of memory");
	peers->options = *options;
	if (!options->unread_all_max)
		peers->options.unread_all_max = RPC_UNREAD_ALL_MAX;
	TAILQ_INIT(&peers->scheduled);
	TAILQ_INIT(&peers->waiting);
	TAILQ_INIT(&peers->idle);
	peers->unread = byte_gauge_new(NULL);
	peers->flush = evtimer_new(base, on_flush, peers);
	peers->sweep = evtimer_new(base, on_sweep, peers);
	if (!peers->unread || !peers->flush || !peers->sweep) {
		rpc_peers_free(&peers);
		return fail_set(why, ST_NO_MEMORY, "RPC clients: out of memory");
	}
	*out = peers;
	return ST_OK;
}

void rpc_peers_set_socket(struct rpc_peers *peers, struct socket *socket)
{
	peers->socket = socket;
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

void rpc_peers_free(struct rpc_peers **out)
{
	struct rpc_peers *peers = *out;
	if (!peers)
		return;
	*out = NULL;
	free_all(&peers->scheduled);
	free_all(&peers->waiting);
	free_all(&peers->idle);
	free_event(peers->flush);
	free_event(peers->sweep);
	byte_gauge_free(&peers->unread);
	free(peers);
}
