#include "worker/database.h"

#include "common/service.h"
#include "common/uuid.h"
#include "worker/bind.h"
#include "worker/connection_setup.h"
#include "worker/libpq_fail.h"
#include "worker/pooler.h"
#include "worker/statement.h"

#include <event2/event.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
	BACKOFF_FIRST_MS = 100,
	BACKOFF_MAX_MS = 2000,  /* a restarted server is used soon */
	CONNECT_MAX_MS = 20000, /* to connect and prepare, all hosts together */
	STALL_MS = DATABASE_STATEMENT_TIMEOUT_MS + 5000,
	STALL_CHECK_MS = 5000,
	STEADY_MS = 1000, /* after this, or after a clean end, the backoff starts anew */
};

#define TIMEOUT "timeout" /* schema/timeout.sql */

enum state { IDLE, WAITING, CONNECTING, PREPARING, PROBING, CONNECTED };

/* The parameters of a statement as libpq takes them; each array has room for bind_most(). */
struct libpq_params {
	uint32_t *oids;
	const char **values;
	int *lengths, *formats;
};

struct database {
	struct event_base *base;
	struct database_options options;
	struct connection_setup setup;
	PGconn *conn;
	struct pooler *pooler; /* while PROBING */
	int backend_pid;
	enum state state;
	struct event *io;    /* connecting: one-shot; then: readable, persistent */
	struct event *write; /* output that did not fit, one-shot */
	struct event *timer; /* backoff; timeout of an attempt; a loss found inside a call */
	unsigned backoff_ms;
	size_t prepared;       /* results of the setup and the prepares so far */
	unsigned syncs;        /* outstanding syncs */
	bool is_in_group;      /* the result of the group's timeout statement has arrived */
	uint64_t connected_ms; /* since then CONNECTED */
	uint64_t active_ms;    /* last input, or when a result was first expected */
	struct libpq_params params;
	bool is_broken, connection_ended_cleanly;
	bool has_bad_setting; /* the attempt failed because of a setting */
	struct fail why;
};

static void on_timer(evutil_socket_t fd, short what, void *arg);
static void on_connecting(evutil_socket_t fd, short what, void *arg);
static void on_readable(evutil_socket_t fd, short what, void *arg);
static void on_writable(evutil_socket_t fd, short what, void *arg);

static struct timeval milliseconds(unsigned ms)
{
	return (struct timeval){ ms / 1000, (suseconds_t)(ms % 1000) * 1000 };
}

static void arm_timer(struct database *db, unsigned ms)
{
	struct timeval wait = milliseconds(ms);
	(void)event_add(db->timer, &wait);
}

/* Losing the connection and waiting. */

static unsigned jittered(unsigned ms)
{
	unsigned noise = 0;
	(void)!getrandom(&noise, sizeof noise, GRND_NONBLOCK);
	return ms / 2 + noise % (ms + 1); /* 0.5 to 1.5 times */
}

static void disconnect(struct database *db)
{
	(void)event_del(db->io);
	(void)event_del(db->write);
	pooler_free(&db->pooler);
	PQfinish(db->conn);
	db->conn = NULL;
	db->syncs = 0;
	db->is_in_group = db->is_broken = false;
	db->state = WAITING;
}

static void fail_connection(struct database *db)
{
	bool was_up = db->state == CONNECTED,
	     connection_ended_cleanly = db->connection_ended_cleanly;
	disconnect(db);
	db->connection_ended_cleanly = false;
	if (was_up
		&& (connection_ended_cleanly || service_now_ms() - db->connected_ms >= STEADY_MS))
		db->backoff_ms = BACKOFF_FIRST_MS;
	arm_timer(db, jittered(db->backoff_ms));
	db->backoff_ms = db->backoff_ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : db->backoff_ms * 2;
	struct fail why = db->why;
	enum status refusal = db->has_bad_setting ? ST_BAD_SETTING : ST_DATABASE_UNAVAILABLE;
	if (was_up)
		db->options.events->on_disconnected(
			db->options.arg, connection_ended_cleanly, &why);
	else
		db->options.events->on_connect_failed(db->options.arg, refusal, &why);
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
	if (db->is_broken)
		return;
	db->is_broken = true;
	arm_timer(db, 0);
}

/* Results. */

static void forward(struct database *db, struct database_result *result)
{
	db->options.events->on_result(db->options.arg, result);
}

static bool ends_connection(const PGresult *r)
{
	const char *severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);
	return severity && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0);
}

static void on_failure(struct database *db, PGresult *r)
{
	const char *sqlstate = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	if (ends_connection(r) || !sqlstate) { /* libpq's own errors have no SQLSTATE */
		(void)libpq_fail(&db->why, PQresultErrorMessage(r));
		db->connection_ended_cleanly = sqlstate != NULL;
		fail_connection_soon(db);
		return;
	}
	struct fail why = { 0 };
	(void)fail_set(&why, ST_INTERNAL, "%s", message ? message : "");
	libpq_advise(&why, sqlstate);
	struct database_result result = { DATABASE_FAILED, NULL, sqlstate, why.text };
	forward(db, &result);
}

/* A failed timeout statement is reported as the first execution's result; the group then has one result
 * more than executions. */
static bool is_of_timeout(struct database *db, const PGresult *r)
{
	bool is_first = !db->is_in_group;
	db->is_in_group = PQresultStatus(r) != PGRES_PIPELINE_SYNC;
	return is_first && PQresultStatus(r) == PGRES_TUPLES_OK;
}

static void handle_result(struct database *db, PGresult *r)
{
	struct database_result result = { DATABASE_ROWS, r, NULL, NULL };
	if (is_of_timeout(db, r)) {
		PQclear(r);
		return;
	}
	switch (PQresultStatus(r)) {
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK:
		forward(db, &result);
		return; /* the callee owns r */
	case PGRES_PIPELINE_ABORTED:
		result = (struct database_result){ DATABASE_ABORTED, NULL, NULL, NULL };
		forward(db, &result);
		break;
	case PGRES_PIPELINE_SYNC:
		db->syncs--;
		db->options.events->on_sync(db->options.arg);
		break;
	default:
		on_failure(db, r);
		break;
	}
	PQclear(r);
}

/* Returns a result that is already here. libpq separates the results of two queries by one NULL. */
static PGresult *next_result(struct database *db)
{
	for (int nulls = 0; nulls < 2 && !db->is_broken && db->syncs > 0 && !PQisBusy(db->conn);
		nulls++) {
		PGresult *r = PQgetResult(db->conn);
		if (r)
			return r;
	}
	return NULL;
}

static void flush(struct database *db)
{
	int left = PQflush(db->conn);
	if (left < 0) {
		(void)libpq_fail(&db->why, PQerrorMessage(db->conn));
		fail_connection_soon(db);
	} else if (left > 0) {
		(void)event_add(db->write, NULL);
	}
}

/* Preparing: the setup, the Parse of the timeout statement, then a Parse and a Describe for each
 * statement of the lane, all in one group. */

enum { FIRST_OF_METHODS = 2 }; /* results before those of the methods */

static const struct method *next_of_lane(const struct database *db, size_t *index)
{
	const struct method *m = method_at(*index);
	while (m && !method_runs_in(m, db->options.lane))
		m = method_at(++*index);
	return m;
}

static const struct method *nth_of_lane(const struct database *db, size_t n)
{
	size_t index = 0;
	const struct method *m = next_of_lane(db, &index);
	while (m && n-- > 0) {
		index++;
		m = next_of_lane(db, &index);
	}
	return m;
}

static bool send_setup(struct database *db)
{
	const char *values[POOLER_SETUP];
	connection_setup_values(&db->setup, values);
	return PQsendQueryParams(
		db->conn, statement_find("connection"), POOLER_SETUP, NULL, values, NULL, NULL, 0);
}

static bool send_prepares(struct database *db)
{
	const struct method *m;
	if (!PQsendPrepare(db->conn, TIMEOUT, statement_find(TIMEOUT), 0, NULL))
		return false;
	for (size_t i = 0; (m = next_of_lane(db, &i)) != NULL; i++) {
		uint32_t *oids = db->params.oids;
		size_t count = bind_types(m, oids);
		if (!PQsendPrepare(db->conn, m->name, statement_find(m->name), (int)count, oids)
			|| !PQsendDescribePrepared(db->conn, m->name))
			return false;
	}
	return PQpipelineSync(db->conn);
}

static void start_preparing(struct database *db)
{
	db->state = PREPARING;
	db->prepared = 0;
	if (PQsetnonblocking(db->conn, 1) != 0 || !PQenterPipelineMode(db->conn) || !send_setup(db)
		|| !send_prepares(db)) {
		fail_connection_with_libpq_text(db);
		return;
	}
	db->syncs = 1;
	struct timeval check = milliseconds(STALL_CHECK_MS);
	(void)event_assign(
		db->io, db->base, PQsocket(db->conn), EV_READ | EV_PERSIST, on_readable, db);
	(void)event_assign(db->write, db->base, PQsocket(db->conn), EV_WRITE, on_writable, db);
	(void)event_add(db->io, &check);
	flush(db);
}

/* The other values of schema/connection.sql are constants of this program. */
static bool is_time_zone_unknown(const PGresult *r)
{
	const char *sqlstate = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	return sqlstate && strcmp(sqlstate, "22023") == 0; /* invalid parameter value */
}

static enum status fail_prepared(struct database *db, const struct method *m, const PGresult *r)
{
	if (!m && is_time_zone_unknown(r)) {
		db->has_bad_setting = true;
		return fail_field(&db->why, ST_BAD_SETTING, "STUDYTRACKER_TIME_ZONE",
			"STUDYTRACKER_TIME_ZONE is \"%.80s\": the database does not take this time "
			"zone",
			db->options.time_zone);
	}
	(void)libpq_fail(&db->why, PQresultErrorMessage(r));
	libpq_advise(&db->why, PQresultErrorField(r, PG_DIAG_SQLSTATE));
	return fail_wrap(&db->why, ST_DATABASE_UNAVAILABLE, m ? m->name : "connection settings");
}

static enum status take_prepared(struct database *db, const PGresult *r)
{
	size_t n = db->prepared++;
	const struct method *m =
		n >= FIRST_OF_METHODS ? nth_of_lane(db, (n - FIRST_OF_METHODS) / 2) : NULL;
	bool is_description = m && (n - FIRST_OF_METHODS) % 2 == 1;
	ExecStatusType wanted = n ? PGRES_COMMAND_OK : PGRES_TUPLES_OK;
	if (n == 0 && PQresultStatus(r) == wanted)
		db->backend_pid = atoi(PQgetvalue(r, 0, 0));
	if (PQresultStatus(r) != wanted)
		return fail_prepared(db, m, r);
	if (!is_description
		|| db->options.events->on_described(db->options.arg, m, r, &db->why) == ST_OK)
		return ST_OK;
	return fail_wrap(&db->why, ST_DATABASE_UNAVAILABLE, m->name);
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
	return db->backend_pid != PQbackendPID(db->conn);
}

static void probe_pooler(struct database *db)
{
	struct connection_words words;
	const char *setup[POOLER_SETUP];
	connection_setup_words(&db->setup, &words);
	connection_setup_values(&db->setup, setup);
	struct pooler_options options = { words.keywords, words.values, setup, db->backend_pid,
		on_probed, db };
	db->state = PROBING;
	if (pooler_probe(db->base, &options, &db->pooler) != ST_OK)
		finish_connecting(db);
}

static void finish_preparing(struct database *db)
{
	db->syncs = 0;
	if (is_pooled(db))
		probe_pooler(db);
	else
		finish_connecting(db);
}

/* Returns false if the attempt has failed. */
static bool read_prepared(struct database *db)
{
	PGresult *r;
	while (db->state == PREPARING && (r = next_result(db)) != NULL) {
		bool is_end = PQresultStatus(r) == PGRES_PIPELINE_SYNC;
		enum status st = is_end ? ST_OK : take_prepared(db, r);
		PQclear(r);
		if (st != ST_OK) {
			fail_connection(db);
			return false;
		}
		if (is_end)
			finish_preparing(db);
	}
	return true;
}

static void read_results(struct database *db)
{
	PGresult *r;
	while ((r = next_result(db)) != NULL)
		handle_result(db, r);
}

static void check_stall(struct database *db)
{
	if (db->syncs == 0 || service_now_ms() - db->active_ms < STALL_MS)
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
	if (is_alive) {
		flush(db);
	} else if (db->connection_ended_cleanly) {
		fail_connection(db);
	} else {
		fail_connection_with_libpq_text(db);
	}
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
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
	(void)fd;
	(void)what;
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

static void ignore_notice(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

static void start_connecting(struct database *db)
{
	struct connection_words words;
	db->state = CONNECTING;
	db->why = (struct fail){ 0 };
	db->has_bad_setting = false;
	db->active_ms = service_now_ms();
	connection_setup_words(&db->setup, &words);
	db->conn = PQconnectStartParams(words.keywords, words.values, 1);
	if (!db->conn || PQstatus(db->conn) == CONNECTION_BAD) {
		fail_connection_with_libpq_text(db);
		return;
	}
	PQsetNoticeProcessor(db->conn, ignore_notice, NULL);
	arm_timer(db, CONNECT_MAX_MS);
	watch_connecting(db, EV_WRITE);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct database *db = arg;
	(void)fd;
	(void)what;
	if (db->state == WAITING) {
		start_connecting(db);
		return;
	}
	if (!db->is_broken)
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
	arm_timer(db, 0);
}

void database_connect_now(struct database *db)
{
	if (db->state != WAITING)
		return;
	db->backoff_ms = BACKOFF_FIRST_MS;
	arm_timer(db, 0);
}

bool database_is_connected(const struct database *db)
{
	return db->state == CONNECTED && !db->is_broken;
}

static void fail_connection_unless(struct database *db, int is_sent)
{
	if (is_sent)
		return;
	(void)libpq_fail(&db->why, PQerrorMessage(db->conn));
	fail_connection_soon(db);
}

void database_begin(struct database *db, uint64_t timeout_ms)
{
	static const int text = 0;
	char value[sizeof "10000"];
	const char *values[] = { value };
	if (!database_is_connected(db))
		return;
	if (timeout_ms > DATABASE_STATEMENT_TIMEOUT_MS)
		timeout_ms = DATABASE_STATEMENT_TIMEOUT_MS;
	(void)snprintf(value, sizeof value, "%u", timeout_ms > 0 ? (unsigned)timeout_ms : 1);
	fail_connection_unless(
		db, PQsendQueryPrepared(db->conn, TIMEOUT, 1, values, NULL, &text, 1));
}

void database_send(
	struct database *db, const struct method *m, const struct span *params, size_t count)
{
	const struct libpq_params *to = &db->params;
	if (!database_is_connected(db))
		return;
	for (size_t i = 0; i < count; i++) {
		to->values[i] = params[i].bytes;
		to->lengths[i] = (int)params[i].len;
	}
	fail_connection_unless(db, PQsendQueryPrepared(db->conn, m->name, (int)count, to->values,
					   to->lengths, to->formats, 1));
}

void database_sync(struct database *db)
{
	if (!database_is_connected(db))
		return;
	if (db->syncs++ == 0)
		db->active_ms = service_now_ms();
	if (!PQpipelineSync(db->conn)) {
		(void)libpq_fail(&db->why, PQerrorMessage(db->conn));
		fail_connection_soon(db);
		return;
	}
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

static void free_params(struct libpq_params *params)
{
	free(params->oids);
	free(params->values);
	free(params->lengths);
	free(params->formats);
}

static bool allocate_params(struct libpq_params *params)
{
	size_t most = bind_most();
	params->oids = calloc(most, sizeof *params->oids);
	params->values = calloc(most, sizeof *params->values);
	params->lengths = calloc(most, sizeof *params->lengths);
	params->formats = calloc(most, sizeof *params->formats);
	if (!params->oids || !params->values || !params->lengths || !params->formats)
		return false;
	for (size_t i = 0; i < most; i++)
		params->formats[i] = 1; /* binary */
	return true;
}

enum status database_open(struct event_base *base, const struct database_options *options,
	struct database **out, struct fail *why)
{
	enum status st = ST_NO_MEMORY;
	struct database *db = calloc(1, sizeof *db);
	if (!db)
		goto failed;
	*db = (struct database){
		.base = base, .options = *options, .backoff_ms = BACKOFF_FIRST_MS
	};
	db->io = event_new(base, -1, EV_READ, on_connecting, db);
	db->write = event_new(base, -1, EV_WRITE, on_writable, db);
	db->timer = evtimer_new(base, on_timer, db);
	if (!db->io || !db->write || !db->timer || !allocate_params(&db->params))
		goto failed;
	st = connection_setup_init(&db->setup, options, why);
	if (st != ST_OK)
		goto failed;
	*out = db;
	return ST_OK;

failed:
	database_free(&db);
	return st;
}

static void free_event(struct event *e)
{
	if (e)
		event_free(e);
}

void database_free(struct database **db)
{
	struct database *d = *db;
	if (!d)
		return;
	if (d->conn)
		disconnect(d);
	free_event(d->io);
	free_event(d->write);
	free_event(d->timer);
	free_params(&d->params);
	free(d);
	*db = NULL;
}
