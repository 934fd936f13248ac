#include "worker/pooler.h"

#include <event2/event.h>
#include <libpq-fe.h>
#include <stdlib.h>

struct pooler {
	struct event_base *base;
	struct pooler_options options;
	PGconn *conn;
	struct event *io; /* one-shot; its timeout ends the wait */
	bool is_probing;
};

static void on_event(evutil_socket_t fd, short what, void *arg);

static void report(struct pooler *p, bool is_shared)
{
	p->options.on_probed(p->options.arg, is_shared); /* may free p */
}

static void watch(struct pooler *p, short direction)
{
	struct timeval wait = { POOLER_WAIT_MS / 1000, 0 };
	(void)event_assign(p->io, p->base, PQsocket(p->conn), direction, on_event, p);
	(void)event_add(p->io, &wait);
}

static void send_probe(struct pooler *p)
{
	p->is_probing = true;
	if (connection_setup_send(p->options.setup, p->conn))
		watch(p, EV_READ);
	else
		report(p, false);
}

static void read_result(struct pooler *p)
{
	if (!PQconsumeInput(p->conn)) {
		report(p, false);
	} else if (PQisBusy(p->conn)) {
		watch(p, EV_READ);
	} else {
		PGresult *r = PQgetResult(p->conn);
		bool has_row = r && PQresultStatus(r) == PGRES_TUPLES_OK;
		int pid = has_row ? atoi(PQgetvalue(r, 0, 0)) : 0;
		PQclear(r);
		report(p, has_row && pid == p->options.backend_pid);
	}
}

static void continue_connecting(struct pooler *p)
{
	switch (PQconnectPoll(p->conn)) {
	case PGRES_POLLING_READING:
		watch(p, EV_READ);
		break;
	case PGRES_POLLING_WRITING:
		watch(p, EV_WRITE);
		break;
	case PGRES_POLLING_OK:
		send_probe(p);
		break;
	default:
		report(p, false);
		break;
	}
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
	struct pooler *p = arg;
	(void)fd;
	if (what & EV_TIMEOUT)
		report(p, false);
	else if (p->is_probing)
		read_result(p);
	else
		continue_connecting(p);
}

enum status pooler_probe(
	struct event_base *base, const struct pooler_options *options, struct pooler **out)
{
	struct pooler *p = calloc(1, sizeof *p);
	if (!p)
		return ST_NO_MEMORY;
	*p = (struct pooler){ .base = base, .options = *options };
	p->io = event_new(base, -1, EV_READ, on_event, p);
	p->conn = connection_setup_start(options->setup);
	if (!p->io || !p->conn || PQstatus(p->conn) == CONNECTION_BAD)
		goto failed;
	watch(p, EV_WRITE);
	*out = p;
	return ST_OK;

failed:
	pooler_free(&p);
	return ST_DATABASE_UNAVAILABLE;
}

void pooler_free(struct pooler **pooler)
{
	struct pooler *p = *pooler;
	if (!p)
		return;
	if (p->io)
		event_free(p->io);
	PQfinish(p->conn);
	free(p);
	*pooler = NULL;
}
