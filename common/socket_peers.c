#include "common/socket_peers.h"

#include "common/socket_monitor.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 128 };

struct socket_peers {
	size_t count, max;
	bool is_hidden;
	char path[PATH_SIZE], hidden[PATH_SIZE]; /* empty: no limit */
	struct monitor *monitor;
};

/* Renames the socket when the limit is reached or left. A failed rename is retried at the next
 * change. */
static void update_path(struct socket_peers *p)
{
	bool is_full = p->max > 0 && p->count >= p->max;
	if (!*p->path || is_full == p->is_hidden)
		return;
	const char *from = is_full ? p->path : p->hidden, *to = is_full ? p->hidden : p->path;
	if (rename(from, to) == 0)
		p->is_hidden = is_full;
}

static void on_change(void *arg, size_t accepted, size_t lost)
{
	struct socket_peers *p = arg;
	p->count += accepted;
	p->count -= lost < p->count ? lost : p->count;
	update_path(p);
}

enum status socket_peers_open(struct socket_peers **out, void *context, void *zmq,
	struct event_base *base, size_t max, struct fail *why)
{
	struct socket_peers *p = calloc(1, sizeof *p);
	if (!p)
		return fail_set(why, ST_NO_MEMORY, "no memory for a socket");
	p->max = max;
	enum status st = monitor_open(&p->monitor, context, zmq, base, on_change, p, why);
	if (st != ST_OK) {
		socket_peers_free(&p);
		return st;
	}
	*out = p;
	return ST_OK;
}

void socket_peers_bound(struct socket_peers *p, const char *endpoint)
{
	static const char ipc[] = "ipc://";
	const char *path = endpoint + sizeof ipc - 1;
	bool has_path = strncmp(endpoint, ipc, sizeof ipc - 1) == 0 && *path == '/';
	if (!has_path || strlen(path) + sizeof ".full" > PATH_SIZE)
		return;
	(void)snprintf(p->path, sizeof p->path, "%s", path);
	(void)snprintf(p->hidden, sizeof p->hidden, "%.120s.full", path);
	update_path(p);
}

size_t socket_peers_count(const struct socket_peers *p)
{
	return p ? p->count : 0;
}

void socket_peers_free(struct socket_peers **peers)
{
	struct socket_peers *p = *peers;
	if (!p)
		return;
	*peers = NULL;
	monitor_free(&p->monitor);
	p->max = 0; /* restores the name, by which ZeroMQ removes the file */
	update_path(p);
	free(p);
}
