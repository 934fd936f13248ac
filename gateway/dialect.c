#include "gateway/dialect.h"

#include "gateway/path.h"
#include "gateway/text_error.h"

static int http_status_of(enum status st)
{
	return status_info(st)->http_status;
}

/* Flask-JWT-Extended, which the clients of system C know, tells a token that it can't read from one
 * that is over. */
static int library_status_of(enum status st)
{
	bool is_unreadable = st == ST_TOKEN_INVALID || st == ST_WRONG_TOKEN_TYPE;
	return is_unreadable ? 422 : http_status_of(st);
}

/* The existing study trackers read nothing else from a query. */
static const char *const root_query_names[] = { "tag", NULL };

/* The longest prefix first. */
static const struct dialect dialect_table[] = {
	{
		.name = "native",
		.prefix = "/api/v1",
		.put_error = response_put_error,
		.status_of = http_status_of,
		.unknown_names = NAMES_REFUSED,
		.needs_json_type = true,
		.list_shape = LIST_PAGE,
		.has_location = true,
	},
	{
		.name = "system_c",
		.prefix = "/api", /* system C */
		.put_error = text_error_put,
		.status_of = library_status_of,
		.unknown_names = NAMES_IGNORED,
		.needs_json_type = true,
		.list_shape = LIST_LINKED,
		.bad_id = ST_NOT_FOUND,
		.bearer_has_case = true,
	},
	{
		.name = "root",
		.prefix = "", /* the existing study trackers */
		.put_error = response_put_error,
		.status_of = http_status_of,
		.unknown_names = NAMES_IGNORED,
		.query_names = root_query_names,
		.needs_json_type = false,
		.list_shape = LIST_ARRAY,
	},
};

enum { DIALECTS = sizeof dialect_table / sizeof *dialect_table };

const struct dialect *dialect_at(size_t index)
{
	return index < DIALECTS ? &dialect_table[index] : NULL;
}

const struct dialect *dialect_of(struct span path)
{
	size_t i = 0;
	while (!path_begins_with(path, span_of(dialect_table[i].prefix)))
		i++; /* every path begins with the root's prefix */
	return &dialect_table[i];
}
