#include "worker/database.h"

#include "common/service.h"
#include "common/uuid.h"
#include "worker/backoff.h"
#include "worker/connection_setup.h"
#include "worker/libpq_fail.h"
#include "worker/pipeline.h"
#include "worker/pooler.h"
#include "worker/prepare.h"
#include "worker/timer.h"

#include <event2/event.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CONNECT_MAX_MS = 20000, /* to connect and prepare, all hosts together */
	STALL_MS = DATABASE_STATEMENT_TIMEOUT_MS + 5000,
	STALL_CHECK_MS = 5000,
	STEADY_MS = 1000, /* after this, or after a clean end, the backoff starts anew */
};

enum state { IDLE, WAITING, CONNECTING, PREPARING, PROBING, CONNECTED };

struct database {
	struct event_base *base;
	struct database_options options;
	struct connection_setup setup;
	PGconn *conn;
	struct prepare prepare;
	struct pooler *pooler; /* while PROBING */
	struct pipeline pipeline;
	enum state state;
	struct event *io;    /* connecting: one-shot; then: readable, persistent */
	struct event *write; /* output that did not fit, one-shot */
	struct event *timer; /* backoff; timeout of an attempt; a loss found inside a call */
	struct backoff backoff;
	uint64_t connected_ms; /* since then CONNECTED */
	uint64_t active_ms;    /* last input, or when a result was first expected */
	enum status refusal;   /* of a failed attempt to connect */
	struct fail why;
};

static void on_connecting(evutil_socket_t fd, short what, void *arg);
static void on_readable(evutil_socket_t fd, short what, void *arg);
static void on_writable(evutil_socket_t fd, short what, void *arg);

/* Losing the connection and waiting. */

static void disconnect(struct database *db)
{
	(void)event_del(db->io);
	(void)event_del(db->write);
	pooler_free(&db->pooler);
	PQfinish(db->conn);
	db->conn = NULL;
	pipeline_attach(&db->pipeline, NULL);
	db->state = WAITING;
}

static void fail_connection(struct database *db)
{
	const struct database_options *options = &db->options;
	bool was_connected = db->state == CONNECTED, ended_cleanly = db->pipeline.ended_cleanly;
	disconnect(db);
	if (was_connected && (ended_cleanly || service_now_ms() - db->connected_ms >= STEADY_MS))
		backoff_reset(&db->backoff);
	timer_arm(db->timer, backoff_next_ms(&db->backoff));
	struct fail why = db->why;
	if (was_connected)
		options->events->on_disconnected(options->arg, ended_cleanly, &why);
	else
		options->events->on_connect_failed(options->arg, db->refusal, &why);
}

static void fail_connection_with_libpq_text(struct database *db)
{
	(void)libpq_fail(&db->why, PQerrorMessage(db->conn));
	libpq_advise(&db->why, NULL);
	fail_connection(db);
}

/* Callbacks must not run inside a public call, so the timer reports the loss. */
static void fail_connection_soon(struct database *db)
{
	if (db->pipeline.is_broken)
		return;
	db->pipeline.is_broken = true;
	timer_arm(db->timer, 0);
}

static void fail_connection_unless(struct database *db, bool is_sent)
{
	if (is_sent)
		return;
	(void)libpq_fail(&db->why, PQerrorMessage(db->conn));
	fail_connection_soon(db);
}

static void flush(struct database *db)
{
	int left = PQflush(db->conn);
	fail_connection_unless(db, left >= 0);
	if (left > 0)
		(void)event_add(db->write, NULL);
}

/* Preparing. */

static void start_preparing(struct database *db)
{
	db->state = PREPARING;
	pipeline_attach(&db->pipeline, db->conn);
	if (PQsetnonblocking(db->conn, 1) != 0 || !PQenterPipelineMode(db->conn)
		|| !prepare_send(&db->prepare, db->conn) || !pipeline_sync(&db->pipeline)) {
		fail_connection_with_libpq_text(db);
		return;
	}
	static const struct timeval check = { STALL_CHECK_MS / 1000, 0 };
	(void)event_assign(
		db->io, db->base, PQsocket(db->conn), EV_READ | EV_PERSIST, on_readable, db);
	(void)event_assign(db->write, db->base, PQsocket(db->conn), EV_WRITE, on_writable, db);
	(void)event_add(db->io, &check);
	flush(db);
}

static void finish_connecting(struct database *db)
{
	(void)event_del(db->timer);
	db->state = CONNECTED;
	db->connected_ms = service_now_ms();
	db->options.events->on_connected(db->options.arg);
}

static void on_probed(void *arg, bool is_shared)
{
	struct database *db = arg;
	pooler_free(&db->pooler);
	if (!is_shared) {
		finish_connecting(db);
		return;
	}
	(void)fail_set(&db->why, ST_DATABASE_UNAVAILABLE,
		"the pooler at DATABASE_URL gives one server connection to several clients: %s",
		LIBPQ_SESSION_MODE);
	fail_connection(db);
}

/* A pooler reports an invented process id to libpq. */
static bool is_pooled(const struct database *db)
{
	return db->prepare.backend_pid != PQbackendPID(db->conn);
}

static void probe_pooler(struct database *db)
{
	struct pooler_options options = { &db->setup, db->prepare.backend_pid, on_probed, db };
	db->state = PROBING;
	if (pooler_probe(db->base, &options, &db->pooler) != ST_OK)
		finish_connecting(db);
}

static void finish_preparing(struct database *db)
{
	db->pipeline.syncs = 0;
	if (is_pooled(db))
		probe_pooler(db);
	else
		finish_connecting(db);
}

/* Returns false if the attempt has failed. */
static bool read_prepared(struct database *db)
{
	PGresult *r;
	while (db->state == PREPARING && (r = pipeline_next(&db->pipeline)) != NULL) {
		bool is_end = PQresultStatus(r) == PGRES_PIPELINE_SYNC;
		enum status st = is_end ? ST_OK : prepare_take(&db->prepare, r, &db->why);
		PQclear(r);
		if (st != ST_OK) {
			db->refusal = st;
			fail_connection(db);
			return false;
		}
		if (is_end)
			finish_preparing(db);
	}
	return true;
}

/* Connected. */

static void read_results(struct database *db)
{
	if (pipeline_read(&db->pipeline, &db->why) != ST_OK)
		fail_connection_soon(db);
}

static void check_stall(struct database *db)
{
	if (db->pipeline.syncs == 0 || service_now_ms() - db->active_ms < STALL_MS)
		return;
	(void)fail_set(&db->why, ST_DATABASE_UNAVAILABLE, "no result for %d s", STALL_MS / 1000);
	fail_connection(db);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct database *db = arg;
	(void)fd;
	if (what & EV_TIMEOUT) {
		check_stall(db);
		return;
	}
	db->active_ms = service_now_ms();
	/* Results that arrived before the connection ended still count. */
	bool is_alive = PQconsumeInput(db->conn);
	if (db->state == PREPARING && !read_prepared(db))
		return;
	if (db->state == CONNECTED)
		read_results(db);
	if (is_alive)
		flush(db);
	else if (db->pipeline.ended_cleanly)
		fail_connection(db);
	else
		fail_connection_with_libpq_text(db);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	flush(arg);
}

/* Connecting. */

static void watch_connecting(struct database *db, short direction)
{
	(void)event_assign(db->io, db->base, PQsocket(db->conn), direction, on_connecting, db);
	(void)event_add(db->io, NULL);
}

static void on_connecting(evutil_socket_t fd, short what, void *arg)
{
	struct database *db = arg;
	(void)fd, (void)what;
	switch (PQconnectPoll(db->conn)) {
	case PGRES_POLLING_READING:
		watch_connecting(db, EV_READ);
		break;
	case PGRES_POLLING_WRITING:
		watch_connecting(db, EV_WRITE);
		break;
	case PGRES_POLLING_OK:
		start_preparing(db);
		break;
	default:
		fail_connection_with_libpq_text(db);
		break;
	}
}

static void start_connecting(struct database *db)
{
	db->state = CONNECTING;
	db->why = (struct fail){ 0 };
	db->refusal = ST_DATABASE_UNAVAILABLE;
	db->active_ms = service_now_ms();
	db->conn = connection_setup_start(&db->setup);
	if (!db->conn || PQstatus(db->conn) == CONNECTION_BAD) {
		fail_connection_with_libpq_text(db);
		return;
	}
	timer_arm(db->timer, CONNECT_MAX_MS);
	watch_connecting(db, EV_WRITE);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct database *db = arg;
	(void)fd, (void)what;
	if (db->state == WAITING) {
		start_connecting(db);
		return;
	}
	if (!db->pipeline.is_broken)
		(void)fail_set(&db->why, ST_DATABASE_UNAVAILABLE, "not connected within %d s",
			CONNECT_MAX_MS / 1000);
	fail_connection(db);
}

/* Public functions. */

void database_start(struct database *db)
{
	if (db->state != IDLE)
		return;
	db->state = WAITING;
	timer_arm(db->timer, 0);
}

void database_connect_now(struct database *db)
{
	if (db->state != WAITING)
		return;
	backoff_reset(&db->backoff);
	timer_arm(db->timer, 0);
}

bool database_is_connected(const struct database *db)
{
	return db->state == CONNECTED && !db->pipeline.is_broken;
}

void database_begin(struct database *db, uint64_t timeout_ms)
{
	if (database_is_connected(db))
		fail_connection_unless(db, pipeline_begin(&db->pipeline, timeout_ms));
}

void database_send(struct database *db, const char *name, const struct span *params, size_t count)
{
	if (database_is_connected(db))
		fail_connection_unless(db, pipeline_send(&db->pipeline, name, params, count));
}

void database_sync(struct database *db)
{
	if (!database_is_connected(db))
		return;
	if (db->pipeline.syncs == 0)
		db->active_ms = service_now_ms();
	bool is_sent = pipeline_sync(&db->pipeline);
	fail_connection_unless(db, is_sent);
	if (is_sent)
		flush(db);
}

void database_reset(struct database *db, const char *reason)
{
	if (!database_is_connected(db))
		return;
	(void)fail_set(&db->why, ST_DATABASE_UNAVAILABLE, "%s", reason);
	fail_connection_soon(db);
}

void database_rows_free(struct pg_result **rows)
{
	PQclear(*rows);
	*rows = NULL;
}

enum status database_open(struct event_base *base, const struct database_options *options,
	struct database **out, struct fail *why)
{
	enum status st = ST_NO_MEMORY;
	struct database *db = calloc(1, sizeof *db);
	if (!db)
		goto failed;
	db->base = base;
	db->options = *options;
	db->io = event_new(base, -1, EV_READ, on_connecting, db);
	db->write = event_new(base, -1, EV_WRITE, on_writable, db);
	db->timer = evtimer_new(base, on_timer, db);
	if (!db->io || !db->write || !db->timer)
		goto failed;
	st = pipeline_init(&db->pipeline, options->events, options->arg);
	if (st != ST_OK)
		goto failed;
	db->prepare = (struct prepare){ .options = &db->options, .setup = &db->setup };
	st = connection_setup_init(&db->setup, options, why);
	if (st != ST_OK)
		goto failed;
	*out = db;
	return ST_OK;

failed:
	database_free(&db);
	return st;
}

void database_free(struct database **db)
{
	struct database *d = *db;
	if (!d)
		return;
	if (d->conn)
		disconnect(d);
	timer_free(d->io);
	timer_free(d->write);
	timer_free(d->timer);
	pipeline_fini(&d->pipeline);
	free(d);
	*db = NULL;
}
