/*
 * bind_kinds: binds the bodies of its standard input, one JSON object a line, as a worker does, and
 * prints what PostgreSQL reads: one line of JSON for each body.
 *
 *	bind_kinds CONNINFO < bodies
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/json_in.h"
#include "tests/unit/every_kind.h"
#include "worker/bind.h"

enum { BODIES_MAX = 16, PARAMS_MAX = 2 * EVERY_COUNT + 1 };

static const char sql[] =
	"SELECT json_build_object('account', r.account, 'text', encode(convert_to(r.text, 'UTF8'), "
	"'hex'), 'real', r.\"real\", 'tags', (SELECT json_agg(t.tag ORDER BY t.at) FROM "
	"jsonb_array_elements_text(r.tags) WITH ORDINALITY AS t (tag, at)), 'labels', r.labels, "
	"'has_labels', r.has_labels, 'goals', (SELECT json_agg(g::bigint) FROM "
	"jsonb_array_elements_text(r.goals) AS g), 'files', (SELECT json_agg(f::uuid) FROM "
	"jsonb_array_elements_text(r.files) AS f), 'teams', (SELECT jsonb_agg(t) FROM "
	"jsonb_to_recordset(r.teams) AS t (name text, relevance bigint, weight float8, level text, "
	"is_lead boolean, since date, seen_at timestamptz, met_at text, starts_at time, file uuid, "
	"note text)), "
	"'key', r.key, 'id', r.id, 'at', r.at, 'things', r.things, 'behind', r.behind) FROM "
	"unnest($1, $2, $3, $4, $5, "
	"$6, $7, $8, $9, "
	"$10, "
	"$11, $12, $13, $14) WITH ORDINALITY AS r (account, text, \"real\", tags, labels, "
	"has_labels, "
	"goals, "
	"files, teams, key, id, at, things, behind, ord) ORDER BY r.ord";

struct bodies {
	struct buf params[BODIES_MAX], names[BODIES_MAX];
	struct param_value values[BODIES_MAX][EVERY_COUNT];
	struct request requests[BODIES_MAX], *list[BODIES_MAX];
	size_t count;
};

static void need(bool is_true, const char *why)
{
	if (is_true)
		return;
	(void)fprintf(stderr, "bind_kinds: %s\n", why);
	exit(EXIT_FAILURE);
}

static void add(struct bodies *b, struct span body)
{
	struct json_in *json = NULL;
	struct fail why = { 0 };
	size_t i = b->count++;
	const struct json_in_rules rules = { .method = &every_kind, .is_strict = true };
	struct param_writer writer = param_writer_open(&b->params[i], &why);
	need(json_in_parse(body, &json, &why) == ST_OK, why.text);
	need(json_in_put_params(json, &rules, &writer) == ST_OK, why.text);
	param_writer_close(&writer);
	json_in_free(&json);
	enum status st = params_decode(
		&every_kind, buf_view(&b->params[i]), b->values[i], &b->names[i], &why);
	need(st == ST_OK, why.text);
	b->requests[i] = (struct request){ .account = (int64_t)i + 1, .values = b->values[i] };
	b->list[i] = &b->requests[i];
}

static void read_bodies(struct bodies *b)
{
	char *line = NULL;
	size_t size = 0;
	for (ssize_t len; b->count < BODIES_MAX && (len = getline(&line, &size, stdin)) > 0;)
		add(b, (struct span){ line, (size_t)len });
	free(line);
}

static PGresult *execute(PGconn *conn, const struct bind *bound)
{
	const char *bytes[PARAMS_MAX];
	int lengths[PARAMS_MAX], formats[PARAMS_MAX];
	Oid types[PARAMS_MAX];
	need(bind_types(&every_kind, types) == bound->count, "bind_types and bind_requests differ");
	for (size_t i = 0; i < bound->count; i++) {
		bytes[i] = bound->params[i].bytes;
		lengths[i] = (int)bound->params[i].len;
		formats[i] = 1;
	}
	return PQexecParams(conn, sql, (int)bound->count, types, bytes, lengths, formats, 0);
}

int main(int argc, char **argv)
{
	static struct bodies bodies;
	struct bind bound = { 0 };
	need(argc == 2, "usage: bind_kinds CONNINFO < bodies");
	read_bodies(&bodies);
	need(bind_most() >= 14 && bind_init(&bound) == ST_OK, "memory");
	need(bind_requests(&bound, &every_kind, bodies.list, bodies.count) == ST_OK, "memory");
	PGconn *conn = PQconnectdb(argv[1]);
	PGresult *rows = execute(conn, &bound);
	need(PQresultStatus(rows) == PGRES_TUPLES_OK, PQerrorMessage(conn));
	for (int i = 0; i < PQntuples(rows); i++)
		(void)puts(PQgetvalue(rows, i, 0));
	PQclear(rows);
	PQfinish(conn);
	bind_fini(&bound);
	for (size_t i = 0; i < bodies.count; i++) {
		buf_fini(&bodies.params[i]);
		buf_fini(&bodies.names[i]);
	}
	return EXIT_SUCCESS;
}
