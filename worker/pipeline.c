#include "worker/pipeline.h"

#include "worker/bind.h"
#include "worker/libpq_fail.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum status pipeline_init(struct pipeline *p, const struct database_events *events, void *arg)
{
	size_t most = bind_most();
	*p = (struct pipeline){ .events = events, .arg = arg };
	p->values = calloc(most, sizeof *p->values);
	p->lengths = calloc(most, sizeof *p->lengths);
	p->formats = calloc(most, sizeof *p->formats);
	if (!p->values || !p->lengths || !p->formats)
		return ST_NO_MEMORY;
	for (size_t i = 0; i < most; i++)
		p->formats[i] = 1; /* binary */
	return ST_OK;
}

void pipeline_fini(struct pipeline *p)
{
	free(p->values);
	free(p->lengths);
	free(p->formats);
	*p = (struct pipeline){ 0 };
}

void pipeline_attach(struct pipeline *p, struct pg_conn *conn)
{
	p->conn = conn;
	p->syncs = 0;
	p->is_in_group = p->is_broken = p->ended_cleanly = false;
}

/* Sending. */

static bool is_usual(uint64_t timeout_ms)
{
	return timeout_ms <= DATABASE_USUAL_TIMEOUT_MS
	       && timeout_ms + DATABASE_TIMEOUT_SLACK_MS > DATABASE_USUAL_TIMEOUT_MS;
}

/* The statement costs as much as a short one of a request, so it is left out if it can be. */
bool pipeline_begin(struct pipeline *p, uint64_t timeout_ms)
{
	if (is_usual(timeout_ms))
		return true;
	static const int text = 0;
	char value[sizeof "10000"];
	const char *values[] = { value };
	if (timeout_ms > DATABASE_STATEMENT_TIMEOUT_MS)
		timeout_ms = DATABASE_STATEMENT_TIMEOUT_MS;
	(void)snprintf(value, sizeof value, "%u", timeout_ms > 0 ? (unsigned)timeout_ms : 1);
	return PQsendQueryPrepared(p->conn, PIPELINE_TIMEOUT, 1, values, NULL, &text, 1);
}

bool pipeline_send(struct pipeline *p, const char *name, const struct span *params, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		p->values[i] = params[i].bytes;
		p->lengths[i] = (int)params[i].len;
	}
	return PQsendQueryPrepared(p->conn, name, (int)count, p->values, p->lengths, p->formats, 1);
}

bool pipeline_sync(struct pipeline *p)
{
	p->syncs++;
	return PQpipelineSync(p->conn);
}

/* Results. */

static void report(const struct pipeline *p, const struct database_result *result)
{
	p->events->on_result(p->arg, result);
}

static bool ends_connection(const PGresult *r)
{
	const char *severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);
	return severity && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0);
}

static void report_failure(const struct pipeline *p, const PGresult *r, const char *sqlstate)
{
	struct fail why = { 0 };
	const char *message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	(void)fail_set(&why, ST_INTERNAL, "%s", message ? message : "");
	libpq_advise(&why, sqlstate);
	report(p, &(struct database_result){ DATABASE_FAILED, NULL, sqlstate, why.text });
}

static enum status on_failure(struct pipeline *p, const PGresult *r, struct fail *why)
{
	const char *sqlstate = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	if (sqlstate && !ends_connection(r)) {
		report_failure(p, r, sqlstate);
		return ST_OK;
	}
	p->ended_cleanly = sqlstate != NULL; /* libpq's own errors have no SQLSTATE */
	return libpq_fail(why, PQresultErrorMessage(r));
}

static bool has_timeout(const PGresult *r)
{
	const char *column = PQresultStatus(r) == PGRES_TUPLES_OK ? PQfname(r, 0) : NULL;
	return column && strcmp(column, "statement_timeout") == 0;
}

/* A failed timeout statement is reported as the first execution's result; the group then has one
 * result more than executions. */
static bool is_of_timeout(struct pipeline *p, const PGresult *r)
{
	bool is_first = !p->is_in_group;
	p->is_in_group = PQresultStatus(r) != PGRES_PIPELINE_SYNC;
	return is_first && has_timeout(r);
}

/* Takes the result. */
static enum status on_result(struct pipeline *p, PGresult *r, struct fail *why)
{
	enum status st = ST_OK;
	switch (PQresultStatus(r)) {
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK:
		report(p, &(struct database_result){ DATABASE_ROWS, r, NULL, NULL });
		return ST_OK; /* the callee owns r */
	case PGRES_PIPELINE_ABORTED:
		report(p, &(struct database_result){ DATABASE_ABORTED, NULL, NULL, NULL });
		break;
	case PGRES_PIPELINE_SYNC:
		p->syncs--;
		p->events->on_sync(p->arg);
		break;
	default:
		st = on_failure(p, r, why);
		break;
	}
	PQclear(r);
	return st;
}

/* libpq separates the results of two statements by one NULL. */
struct pg_result *pipeline_next(struct pipeline *p)
{
	for (int nulls = 0; nulls < 2 && !p->is_broken && p->syncs > 0 && !PQisBusy(p->conn);
		nulls++) {
		PGresult *r = PQgetResult(p->conn);
		if (r)
			return r;
	}
	return NULL;
}

struct span pipeline_cell(const struct pg_result *rows, int column)
{
	if (PQgetisnull(rows, 0, column))
		return (struct span){ 0 };
	return (struct span){ PQgetvalue(rows, 0, column), (size_t)PQgetlength(rows, 0, column) };
}

enum status pipeline_read(struct pipeline *p, struct fail *why)
{
	PGresult *r;
	enum status st = ST_OK;
	while (st == ST_OK && (r = pipeline_next(p)) != NULL) {
		if (is_of_timeout(p, r))
			PQclear(r);
		else
			st = on_result(p, r, why);
	}
	return st;
}
