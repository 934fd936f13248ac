#include "gateway/request_params.h"

#include <string.h>

#include "common/uuid.h"
#include "gateway/request_body.h"
#include "gateway/request_headers.h"
#include "gateway/request_path.h"
#include "gateway/request_query.h"

static bool is_in_header(const struct route *route, const char *name)
{
	if (strcmp(name, "idempotency_key") == 0)
		return strcmp(route->row->method, "POST") == 0;
	return route->is_of_row
	       && (strcmp(name, "if_match") == 0 || strcmp(name, "if_none_match") == 0);
}

static enum param_place write_place(const struct route *route, const struct param *p)
{
	const struct route_body *body = route->row->body;
	bool is_taken = route->row->takes_body && !json_in_is_reserved(p->name)
			&& !span_is_any(span_of(p->name), body ? body->ignored : NULL);
	return is_taken ? PLACE_BODY : PLACE_NONE;
}

enum param_place request_params_place(const struct route *route, const struct param *p)
{
	const char *const *query_names = route->dialect->query_names;
	if (route_has_path_param(route, p))
		return PLACE_PATH;
	if (route_fixes(route, p) || (p->flags & PARAM_CALLER))
		return PLACE_NONE;
	if (is_in_header(route, p->name))
		return PLACE_HEADER;
	if (route->method->is_write)
		return write_place(route, p);
	if (route->row->is_whole && request_query_names_page(span_of(p->name)))
		return PLACE_NONE;
	bool is_listed = !query_names || span_is_any(span_of(p->name), query_names);
	return is_listed ? PLACE_QUERY : PLACE_NONE;
}

static void put_generated_id(const struct request_source *source, struct param_writer *w)
{
	char text[UUID_TEXT_LEN];
	if (!source->generated_id)
		return;
	uuid_format(source->generated_id, text);
	param_writer_text(w, source->route->generated->name, (struct span){ text, sizeof text });
}

static enum status put_fixed(const struct route *route, struct param_writer *w)
{
	const struct route_fixed *fixed = route->row->fixed;
	enum status st = ST_OK;
	for (; st == ST_OK && fixed && fixed->param; fixed++)
		st = param_writer_url_text(w, method_param(route->method, span_of(fixed->param)),
			span_of(fixed->text));
	return st;
}

enum status request_params_put(const struct request_source *source, struct param_writer *w)
{
	enum status st = request_path_put(source, w);
	if (st != ST_OK)
		return st;
	put_generated_id(source, w);
	st = request_query_put(source, w);
	if (st != ST_OK)
		return st;
	request_headers_put(source, w);
	st = request_body_put(source, w);
	return st == ST_OK ? put_fixed(source->route, w) : st;
}
