/*
 * statement: the SQL of schema/statements, embedded at build time (embed_statements.cmake).
 *
 * Every method but those with passwords has one statement with its name. A statement runs a batch:
 * $1 is account_id int8[], then the method's params follow in the order of common/method_table.c,
 * as arrays with one element per request (worker/bind.h). Its rows are ordered by their first
 * column.
 *
 * The statements directly in schema/ have no method: "connection" configures a connection
 * (worker/connection_setup.h), "timeout" a transaction (worker/pipeline.h).
 */
#ifndef WORKER_STATEMENT_H
#define WORKER_STATEMENT_H

struct statement_text {
	const char *name, *text;
};

/* Sorted by name, ended by a row of NULLs. */
extern const struct statement_text statement_texts[];

/* Returns NULL if there is no statement with this name. */
const char *statement_find(const char *name);

#endif
