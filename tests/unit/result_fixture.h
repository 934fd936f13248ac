/*
 * result_fixture: results made by hand, as libpq would have read them, and how they are encoded.
 *
 *	make_result(columns, COUNT(columns));
 *	add_row(CELLS(I(1), NIL, I(10)));
 *	open_plan(&row_method);
 *	expect(1, 0, "{'id':10}");
 */
#ifndef TESTS_UNIT_RESULT_FIXTURE_H
#define TESTS_UNIT_RESULT_FIXTURE_H

#include <libpq-fe.h>

#include "common/msg.h"
#include "worker/encode.h"
#include "worker/pg_types.h"
#include "tests/unit/suite.h"

enum { COLUMNS_MAX = 12 };

struct column {
	const char *name;
	Oid type; /* enum pg_type */
};

struct cell {
	bool is_null;
	int64_t integer;
	const char *text;
	double real;
};

#define NIL                     \
	{                       \
		.is_null = true \
	}
#define I(n)                   \
	{                      \
		.integer = (n) \
	}
#define T(s)                \
	{                   \
		.text = (s) \
	}
#define R(x)                \
	{                   \
		.real = (x) \
	}

#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))
#define CELLS(...)  ((const struct cell[]){ __VA_ARGS__ })

extern const struct method row_method, page_method, report_method, totals_method;
extern PGresult *result;
extern int row_count;
extern struct encode_plan *plan;
extern struct buf encoded, details;
extern struct fail why;

void make_result(const struct column *list, int count);
void set_cell(int column, const struct cell *c);
void add_row(const struct cell *cells);
void open_plan(const struct method *m);

/* Encodes the next request's result into `encoded`, or its details into `details`. */
enum status next(int64_t ord, int64_t limit);

/* Values are written as JSON with ' for ". */
void expect(int64_t ord, int64_t limit, const char *wanted);
void expect_value(const struct buf *value, const char *wanted);

void free_result(void);

#endif
