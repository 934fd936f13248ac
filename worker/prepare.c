#include "worker/prepare.h"

#include "worker/bind.h"
#include "worker/libpq_fail.h"
#include "worker/pipeline.h"
#include "worker/statement.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

/* The results before those of the methods. */
static size_t results_of_setup(const struct prepare *p)
{
	return p->options->statement ? 3 : 2;
}

static const struct method *next_of_lane(const struct prepare *p, size_t *index)
{
	const struct method *m = method_at(*index);
	while (m && !method_runs_in(m, p->options->lane))
		m = method_at(++*index);
	return m;
}

static const struct method *nth_of_lane(const struct prepare *p, size_t n)
{
	size_t index = 0;
	const struct method *m = next_of_lane(p, &index);
	while (m && n-- > 0) {
		index++;
		m = next_of_lane(p, &index);
	}
	return m;
}

static bool send_statements(const struct prepare *p, PGconn *conn, uint32_t *oids)
{
	const struct method *m;
	for (size_t i = 0; (m = next_of_lane(p, &i)) != NULL; i++) {
		size_t count = bind_types(m, oids);
		if (!PQsendPrepare(conn, m->name, statement_find(m->name), (int)count, oids)
			|| !PQsendDescribePrepared(conn, m->name))
			return false;
	}
	return true;
}

static bool send_one(PGconn *conn, const char *name)
{
	return PQsendPrepare(conn, name, statement_find(name), 0, NULL);
}

bool prepare_send(struct prepare *p, struct pg_conn *conn)
{
	const char *more = p->options->statement;
	uint32_t *oids = calloc(bind_most(), sizeof *oids);
	p->results = 0;
	bool is_sent = oids && connection_setup_send(p->setup, conn)
		       && send_one(conn, PIPELINE_TIMEOUT) && (!more || send_one(conn, more))
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

/* `m` is NULL for the setup. */
static enum status refuse(
	const struct prepare *p, const struct method *m, const PGresult *r, struct fail *why)
{
	if (!m && is_time_zone_unknown(r))
		return fail_field(why, ST_BAD_SETTING, "STUDYTRACKER_TIME_ZONE",
			"STUDYTRACKER_TIME_ZONE is \"%.80s\": the database does not take this time "
			"zone",
			p->options->time_zone);
	(void)libpq_fail(why, PQresultErrorMessage(r));
	libpq_advise(why, PQresultErrorField(r, PG_DIAG_SQLSTATE));
	return fail_wrap(why, ST_DATABASE_UNAVAILABLE, m ? m->name : "connection settings");
}

static enum status describe(
	const struct prepare *p, const struct method *m, const PGresult *r, struct fail *why)
{
	if (p->options->events->on_described(p->options->arg, m, r, why) == ST_OK)
		return ST_OK;
	return fail_wrap(why, ST_DATABASE_UNAVAILABLE, m->name);
}

enum status prepare_take(struct prepare *p, const struct pg_result *result, struct fail *why)
{
	size_t n = p->results++, first = results_of_setup(p);
	const struct method *m = n >= first ? nth_of_lane(p, (n - first) / 2) : NULL;
	bool is_description = m && (n - first) % 2 == 1;
	if (PQresultStatus(result) != (n ? PGRES_COMMAND_OK : PGRES_TUPLES_OK))
		return refuse(p, m, result, why);
	if (n == 0)
		p->backend_pid = atoi(PQgetvalue(result, 0, 0));
	return is_description ? describe(p, m, result, why) : ST_OK;
}
