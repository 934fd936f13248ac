#include "worker/prepare.h"

#include "worker/bind.h"
#include "worker/libpq_fail.h"
#include "worker/pipeline.h"
#include "worker/statement.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_OF_METHODS = 2 }; /* results before those of the methods */

/* The form of the lane with this index or the next one; false: there is none. */
static bool next_of_lane(const struct prepare *p, size_t *index, struct form *form)
{
	for (; *index < form_count(); ++*index)
		if (form_at(*index, form) && method_runs_in(form->method, p->options->lane))
			return true;
	return false;
}

static bool nth_of_lane(const struct prepare *p, size_t n, struct form *form)
{
	size_t index = 0;
	bool is_found = next_of_lane(p, &index, form);
	while (is_found && n-- > 0) {
		index++;
		is_found = next_of_lane(p, &index, form);
	}
	return is_found;
}

static bool send_statements(const struct prepare *p, PGconn *conn, uint32_t *oids)
{
	struct form form;
	for (size_t i = 0; next_of_lane(p, &i, &form); i++) {
		size_t count = bind_types(&form, oids);
		if (!PQsendPrepare(conn, form.statement, statement_find(form.statement), (int)count,
			    oids)
			|| !PQsendDescribePrepared(conn, form.statement))
			return false;
	}
	return true;
}

bool prepare_send(struct prepare *p, struct pg_conn *conn)
{
	uint32_t *oids = calloc(bind_most(), sizeof *oids);
	p->results = 0;
	bool is_sent =
		oids && connection_setup_send(p->setup, conn)
		&& PQsendPrepare(conn, PIPELINE_TIMEOUT, statement_find(PIPELINE_TIMEOUT), 0, NULL)
		&& send_statements(p, conn, oids);
	free(oids);
	return is_sent;
}

/* The other values of schema/connection.sql are constants of this program. */
static bool is_time_zone_unknown(const PGresult *r)
{
	const char *sqlstate = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	return sqlstate && strcmp(sqlstate, "22023") == 0; /* invalid parameter value */
}

/* `form` is NULL for the setup. */
static enum status refuse(
	const struct prepare *p, const struct form *form, const PGresult *r, struct fail *why)
{
	if (!form && is_time_zone_unknown(r))
		return fail_field(why, ST_BAD_SETTING, "STUDYTRACKER_TIME_ZONE",
			"STUDYTRACKER_TIME_ZONE is \"%.80s\": the database does not take this time "
			"zone",
			p->options->time_zone);
	(void)libpq_fail(why, PQresultErrorMessage(r));
	libpq_advise(why, PQresultErrorField(r, PG_DIAG_SQLSTATE));
	return fail_wrap(
		why, ST_DATABASE_UNAVAILABLE, form ? form->statement : "connection settings");
}

static enum status describe(
	const struct prepare *p, const struct form *form, const PGresult *r, struct fail *why)
{
	if (p->options->events->on_described(p->options->arg, form, r, why) == ST_OK)
		return ST_OK;
	return fail_wrap(why, ST_DATABASE_UNAVAILABLE, form->statement);
}

enum status prepare_take(struct prepare *p, const struct pg_result *result, struct fail *why)
{
	size_t n = p->results++;
	struct form form;
	bool is_of_form = n >= FIRST_OF_METHODS
			  && nth_of_lane(p, (n - FIRST_OF_METHODS) / 2, &form);
	bool is_description = is_of_form && (n - FIRST_OF_METHODS) % 2 == 1;
	if (PQresultStatus(result) != (n ? PGRES_COMMAND_OK : PGRES_TUPLES_OK))
		return refuse(p, is_of_form ? &form : NULL, result, why);
	if (n == 0)
		p->backend_pid = atoi(PQgetvalue(result, 0, 0));
	return is_description ? describe(p, &form, result, why) : ST_OK;
}
