/* The index finds the same route as a search through all rows; a path has the dialect of its
 * route. */
#include <stdlib.h>

#include "gateway/path.h"
#include "gateway/route_index.h"
#include "gateway/route_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Returns whether the path matches the row. */
static bool fits(const struct route_row *row, struct span path)
{
	struct span pattern = span_of(row->path);
	while (path_has_segment(pattern) && path_has_segment(path)) {
		struct span wanted = path_take_segment(&pattern), given = path_take_segment(&path);
		bool is_param = wanted.len && *wanted.bytes == '{';
		if (is_param ? given.len == 0 : !path_segment_is(given, wanted))
			return false;
	}
	return pattern.len == 0 && path.len == 0;
}

static void check(const struct route_index *index, const char *method, struct span path)
{
	struct route_match match;
	enum status st = route_find(index, span_of(method), path, &match), wanted = ST_NOT_FOUND;
	for (size_t i = 0; i < index->count; i++) {
		const struct route_row *row = index->routes[i].row;
		if (wanted == ST_OK || !fits(row, path_without_last_slash(path)))
			continue;
		wanted = span_is(span_of(method), row->method) ? ST_OK : ST_METHOD_NOT_ALLOWED;
	}
	if (st != wanted)
		__builtin_trap();
	if (st != ST_OK)
		return;
	if (!fits(match.route->row, path_without_last_slash(path)))
		__builtin_trap();
	if (dialect_of(path) != match.route->dialect)
		__builtin_trap();
	for (size_t i = 0; i < match.route->param_count; i++)
		if (match.values[i].len == 0)
			__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct route_index index;
	static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
	struct span path = { (const char *)data, size };
	struct buf allow = { 0 };
	if (!index.count && route_index_init(&index, &route_table, NULL) != ST_OK)
		abort();
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		check(&index, methods[i], path);
	route_put_allow(&index, path, &allow);
	buf_fini(&allow);
	return 0;
}
