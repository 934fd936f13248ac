#include "client/study/database.h"

#include <dlfcn.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "common/span.h"

/* libpq is loaded here, not when the program starts: it loads twenty other libraries, with which
 * every command would take twice the time and memory, and most machines with `study` have no
 * database. */
struct database {
	PGconn *conn; /* NULL: not connected */
	PGconn *(*connect)(const char *const *keywords, const char *const *values, int expands);
	ConnStatusType (*status)(const PGconn *conn);
	char *(*error)(const PGconn *conn);
	void (*finish)(PGconn *conn);
	PGresult *(*exec)(PGconn *conn, const char *command, int count, const Oid *types,
		const char *const *values, const int *lengths, const int *formats, int format);
	ExecStatusType (*result_status)(const PGresult *result);
	char *(*result_error)(const PGresult *result);
	int (*row_count)(const PGresult *result);
	int (*column)(const PGresult *result, const char *name);
	int (*is_null)(const PGresult *result, int row, int column);
	char *(*value)(const PGresult *result, int row, int column);
	void (*clear)(PGresult *result);
	PQconninfoOption *(*parse)(const char *url, char **error);
	void (*free_parsed)(PQconninfoOption *options);
	void (*free_text)(void *text);
};

static const struct {
	const char *name;
	size_t offset;
} function_table[] = {
	{ "PQconnectdbParams", offsetof(struct database, connect) },
	{ "PQstatus", offsetof(struct database, status) },
	{ "PQerrorMessage", offsetof(struct database, error) },
	{ "PQfinish", offsetof(struct database, finish) },
	{ "PQexecParams", offsetof(struct database, exec) },
	{ "PQresultStatus", offsetof(struct database, result_status) },
	{ "PQresultErrorMessage", offsetof(struct database, result_error) },
	{ "PQntuples", offsetof(struct database, row_count) },
	{ "PQfnumber", offsetof(struct database, column) },
	{ "PQgetisnull", offsetof(struct database, is_null) },
	{ "PQgetvalue", offsetof(struct database, value) },
	{ "PQclear", offsetof(struct database, clear) },
	{ "PQconninfoParse", offsetof(struct database, parse) },
	{ "PQconninfoFree", offsetof(struct database, free_parsed) },
	{ "PQfreemem", offsetof(struct database, free_text) },
};

/* The library stays loaded until the program ends. */
static enum status load(struct database *db, struct fail *why)
{
	void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return fail_set(
			why, ST_SYSTEM, "the library of PostgreSQL can't be loaded: %s", dlerror());
	for (size_t i = 0; i < sizeof function_table / sizeof *function_table; i++) {
		void *function = dlsym(library, function_table[i].name);
		if (!function)
			return fail_set(why, ST_SYSTEM, "the library of PostgreSQL has no %s",
				function_table[i].name);
		memcpy((char *)db + function_table[i].offset, &function, sizeof function);
	}
	return ST_OK;
}

/* The first line of a text of libpq, without its line end. */
static enum status set_fail(struct fail *why, enum status st, const char *text)
{
	return fail_set(why, st, "%.*s", (int)strcspn(text, "\n"), text);
}

/* The words before the URL are defaults, which it may override. */
static enum status connect_to(struct database *db, const char *url, struct fail *why)
{
	const char *keywords[] = { "connect_timeout", "tcp_user_timeout", "options", "dbname",
		"application_name", "client_encoding", NULL };
	const char *values[] = { "10", "10000", "-c statement_timeout=10s -c lock_timeout=10s", url,
		"study", "UTF8", NULL };
	/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): load has set every function */
	db->conn = db->connect(keywords, values, 1);
	if (db->status(db->conn) == CONNECTION_OK)
		return ST_OK;
	return set_fail(why, ST_DATABASE_UNAVAILABLE, db->error(db->conn));
}

static enum status refuse(const char *code, struct fail *why)
{
	if (strcmp(code, "ACCOUNT_CLAIMED") == 0)
		return fail_set(
			why, ST_SYSTEM, "account 1 has an owner already: leave out --claim");
	enum status st = status_from_code(code, strlen(code));
	return st == ST_INTERNAL ? set_fail(why, ST_SYSTEM, code) : st;
}

/* The outcome is NULL, or the code of an error. */
static enum status read_outcome(
	const struct database *db, const PGresult *result, int64_t *account, struct fail *why)
{
	int outcome = db->column(result, "outcome"), id = db->column(result, "account_id");
	if (db->row_count(result) != 1 || outcome < 0 || id < 0)
		return fail_set(why, ST_SYSTEM, "create_admin returned no row with an outcome");
	if (!db->is_null(result, 0, outcome))
		return refuse(db->value(result, 0, outcome), why);
	if (span_to_int(span_of(db->value(result, 0, id)), account))
		return ST_OK;
	return fail_set(why, ST_SYSTEM, "create_admin returned no account");
}

static enum status call(const struct database *db, const struct new_admin *admin, int64_t *account,
	struct fail *why)
{
	const char *values[] = { admin->username, admin->email, admin->hash,
		admin->claims_first ? "true" : "false" };
	PGresult *result = db->exec(db->conn, "select * from create_admin($1, $2, $3, $4)", 4, NULL,
		values, NULL, NULL, 0);
	enum status st = db->result_status(result) == PGRES_TUPLES_OK
				 ? read_outcome(db, result, account, why)
				 : set_fail(why, ST_SYSTEM, db->result_error(result));
	db->clear(result);
	return st;
}

enum status database_create_admin(
	const char *url, const struct new_admin *admin, int64_t *account, struct fail *why)
{
	struct database db = { 0 };
	enum status st = load(&db, why);
	if (st != ST_OK)
		return st;
	st = connect_to(&db, url, why);
	if (st == ST_OK)
		st = call(&db, admin, account, why);
	db.finish(db.conn);
	return st;
}

/* Connection strings. */

static bool export_options(const PQconninfoOption *options)
{
	bool is_done = true;
	for (const PQconninfoOption *at = options; at->keyword; at++)
		if (at->val && at->envvar)
			is_done = setenv(at->envvar, at->val, 1) == 0 && is_done;
	return is_done;
}

enum status database_export(const char *url, struct fail *why)
{
	struct database db = { 0 };
	char *error = NULL;
	enum status st = load(&db, why);
	if (st != ST_OK)
		return st;
	/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): load has set every function */
	PQconninfoOption *options = db.parse(url, &error);
	if (!options)
		st = set_fail(why, ST_INVALID_INPUT, error ? error : "no memory");
	else if (!export_options(options))
		st = fail_set(why, ST_SYSTEM, "no memory");
	db.free_parsed(options);
	db.free_text(error);
	return st;
}
