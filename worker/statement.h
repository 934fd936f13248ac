/*
 * statement: the SQL of schema/statements, embedded at build time (embed_statements.cmake).
 *
 * One statement a method, of the method's name. It answers a batch: $1 is account_id int8[],
 * then come the method's params in the order of common/method_table.c, one array each, an element a
 * request (worker/bind.h says which types). Rows come back ordered by their first column.
 *
 * Those of schema/ itself have no method; worker/database.c uses them: "connection" sets up a
 * connection, "timeout" a transaction.
 */
#ifndef WORKER_STATEMENT_H
#define WORKER_STATEMENT_H

struct statement_text {
	const char *name, *text;
};

/* Sorted by name, ended by a row of NULLs. */
extern const struct statement_text statement_texts[];

/* NULL where there is none of that name. */
const char *statement_find(const char *name);

#endif
