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
	BACKOFF_MAX_MS = 2000,  /* who comes back is used soon */
	CONNECT_MAX_MS = 20000, /* connecting and preparing, all hosts */
	STALL_MS = DATABASE_STATEMENT_TIMEOUT_MS + 5000,
	STALL_CHECK_MS = 5000,
	STEADY_MS = 1000, /* up for so long, or ended on purpose: no sequel of the last loss */
};

#define TIMEOUT "timeout" /* schema/timeout.sql */

enum state { IDLE, WAITING, CONNECTING, PREPARING, PROBING, UP };

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
	struct event *timer; /* backoff, the end of an attempt, a loss found inside a call */
	unsigned backoff_ms;
	size_t prepared;   /* results of the set-up and of the prepares so far */
	unsigned syncs;    /* groups not answered yet */
	bool is_in_group;  /* the response to the group's timeout has come */
	uint64_t up_ms;    /* since when it is up */
	uint64_t heard_ms; /* the last sign of life, or when it was last owed one */
	struct libpq_params params;
	bool is_broken, was_told;
	bool is_misset; /* a setting is why the attempt has failed */
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

/* Losing and waiting. */

static unsigned jittered(unsigned ms)
{
	unsigned noise = 0;
	(void)!getrandom(&noise, sizeof noise, GRND_NONBLOCK);
	return ms / 2 + noise % (ms + 1); /* half to one and a half */
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

static void lose(struct database *db)
{
	bool was_up = db->state == UP, was_told = db->was_told;
	disconnect(db);
	db->was_told = false;
	if (was_up && (was_told || service_now_ms() - db->up_ms >= STEADY_MS))
		db->backoff_ms = BACKOFF_FIRST_MS;
	arm_timer(db, jittered(db->backoff_ms));
	db->backoff_ms = db->backoff_ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : db->backoff_ms * 2;
	struct fail why = db->why;
	enum status refusal = db->is_misset ? ST_BAD_SETTING : ST_DATABASE_UNAVAILABLE;
	if (was_up)
		db->options.events->on_down(db->options.arg, was_told, &why);
	else
		db->options.events->on_refused(db->options.arg, refusal, &why);
}

static void lose_with_libpq_text(struct database *db)
{
	(void)libpq_fail(&db->why, PQerrorMessage(db->conn));
	libpq_advise(&db->why, NULL);
	lose(db);
}

/* Inside a call of ours nobody expects callbacks: the loss is told from the loop. */
static void lose_soon(struct database *db)
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

static bool ends_session(const PGresult *r)
{
	const char *severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);
	return severity && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0);
}

static void on_failure(struct database *db, PGresult *r)
{
	const char *sqlstate = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	if (ends_session(r) || !sqlstate) { /* libpq's own errors have no SQLSTATE */
		(void)libpq_fail(&db->why, PQresultErrorMessage(r));
		db->was_told = sqlstate != NULL;
		lose_soon(db);
		return;
	}
	struct fail why = { 0 };
	(void)fail_set(&why, ST_INTERNAL, "%s", message ? message : "");
	libpq_advise(&why, sqlstate);
	struct database_result result = { DATABASE_FAILED, NULL, sqlstate, why.text };
	forward(db, &result);
}

/* A failed one is handed on: it takes the place of the first execution's result, and of what the server
 * says of the group then there is one more than executions. */
static bool is_of_timeout(struct database *db, const PGresult *r)
{
	bool is_first = !db->is_in_group;
	db->is_in_group = PQresultStatus(r) != PGRES_PIPELINE_SYNC;
	return is_first && PQresultStatus(r) == PGRES_TUPLES_OK;
}

static void on_answer(struct database *db, PGresult *r)
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
		return; /* r is theirs now */
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

/* The next result that is here already; a NULL from libpq only ends one query's results. */
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
		lose_soon(db);
	} else if (left > 0) {
		(void)event_add(db->write, NULL);
	}
}

/* Preparing: the set-up, the Parse of the timeout, then for each statement of the lane a Parse and a
 * Describe, all in one group. */

enum { FIRST_OF_METHODS = 2 }; /* results before */

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
		lose_with_libpq_text(db);
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

/* The other values of schema/connection.sql are ours. */
static bool is_time_zone_unknown(const PGresult *r)
{
	const char *sqlstate = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	return sqlstate && strcmp(sqlstate, "22023") == 0; /* invalid parameter value */
}

static enum status fail_prepared(struct database *db, const struct method *m, const PGresult *r)
{
	if (!m && is_time_zone_unknown(r)) {
		db->is_misset = true;
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

static void go_up(struct database *db)
{
	(void)event_del(db->timer);
	db->state = UP;
	db->up_ms = service_now_ms();
	db->options.events->on_up(db->options.arg);
}

static void on_pooler_answer(void *arg, bool is_shared)
{
	struct database *db = arg;
	pooler_free(&db->pooler);
	if (!is_shared) {
		go_up(db);
		return;
	}
	(void)fail_set(&db->why, ST_DATABASE_UNAVAILABLE,
		"the pooler at DATABASE_URL gives one server connection to several clients: %s",
		LIBPQ_SESSION_MODE);
	lose(db);
}

/* A pooler makes up the process id that libpq is told. */
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
		on_pooler_answer, db };
	db->state = PROBING;
	if (pooler_ask(db->base, &options, &db->pooler) != ST_OK)
		go_up(db);
}

static void finish_preparing(struct database *db)
{
	db->syncs = 0;
	if (is_pooled(db))
		probe_pooler(db);
	else
		go_up(db);
}

/* False where the attempt has failed. */
static bool read_prepared(struct database *db)
{
	PGresult *r;
	while (db->state == PREPARING && (r = next_result(db)) != NULL) {
		bool is_end = PQresultStatus(r) == PGRES_PIPELINE_SYNC;
		enum status st = is_end ? ST_OK : take_prepared(db, r);
		PQclear(r);
		if (st != ST_OK) {
			lose(db);
			return false;
		}
		if (is_end)
			finish_preparing(db);
	}
	return true;
}

static void read_answers(struct database *db)
{
	PGresult *r;
	while ((r = next_result(db)) != NULL)
		on_answer(db, r);
}

static void check_stall(struct database *db)
{
	if (db->syncs == 0 || service_now_ms() - db->heard_ms < STALL_MS)
		return;
	(void)fail_set(&db->why, ST_DATABASE_UNAVAILABLE, "no answer for %d s", STALL_MS / 1000);
	lose(db);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct database *db = arg;
	(void)fd;
	if (what & EV_TIMEOUT) {
		check_stall(db);
		return;
	}
	db->heard_ms = service_now_ms();
	bool is_alive =
		PQconsumeInput(db->conn); /* when it isn't: what came before the end counts */
	if (db->state == PREPARING && !read_prepared(db))
		return;
	if (db->state == UP)
		read_answers(db);
	if (is_alive) {
		flush(db);
	} else if (db->was_told) {
		lose(db);
	} else {
		lose_with_libpq_text(db);
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
		lose_with_libpq_text(db);
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
	db->is_misset = false;
	db->heard_ms = service_now_ms();
	connection_setup_words(&db->setup, &words);
	db->conn = PQconnectStartParams(words.keywords, words.values, 1);
	if (!db->conn || PQstatus(db->conn) == CONNECTION_BAD) {
		lose_with_libpq_text(db);
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
	lose(db);
}

/* The public calls. */

void database_start(struct database *db)
{
	if (db->state != IDLE)
		return;
	db->state = WAITING;
	arm_timer(db, 0);
}

void database_hurry(struct database *db)
{
	if (db->state != WAITING)
		return;
	db->backoff_ms = BACKOFF_FIRST_MS;
	arm_timer(db, 0);
}

bool database_is_up(const struct database *db)
{
	return db->state == UP && !db->is_broken;
}

static void lose_unless(struct database *db, int is_sent)
{
	if (is_sent)
		return;
	(void)libpq_fail(&db->why, PQerrorMessage(db->conn));
	lose_soon(db);
}

void database_begin(struct database *db, uint64_t timeout_ms)
{
	static const int text = 0;
	char value[sizeof "10000"];
	const char *values[] = { value };
	if (!database_is_up(db))
		return;
	if (timeout_ms > DATABASE_STATEMENT_TIMEOUT_MS)
		timeout_ms = DATABASE_STATEMENT_TIMEOUT_MS;
	(void)snprintf(value, sizeof value, "%u", timeout_ms > 0 ? (unsigned)timeout_ms : 1);
	lose_unless(db, PQsendQueryPrepared(db->conn, TIMEOUT, 1, values, NULL, &text, 1));
}

void database_send(
	struct database *db, const struct method *m, const struct span *params, size_t count)
{
	const struct libpq_params *to = &db->params;
	if (!database_is_up(db))
		return;
	for (size_t i = 0; i < count; i++) {
		to->values[i] = params[i].bytes;
		to->lengths[i] = (int)params[i].len;
	}
	lose_unless(db, PQsendQueryPrepared(db->conn, m->name, (int)count, to->values, to->lengths,
				to->formats, 1));
}

void database_sync(struct database *db)
{
	if (!database_is_up(db))
		return;
	if (db->syncs++ == 0)
		db->heard_ms = service_now_ms();
	if (!PQpipelineSync(db->conn)) {
		(void)libpq_fail(&db->why, PQerrorMessage(db->conn));
		lose_soon(db);
		return;
	}
	flush(db);
}

void database_reset(struct database *db, const char *reason)
{
	if (!database_is_up(db))
		return;
	(void)fail_set(&db->why, ST_DATABASE_UNAVAILABLE, "%s", reason);
	lose_soon(db);
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
