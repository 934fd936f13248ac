#include "gateway/request_params.h"

#include <string.h>

#include "common/uuid.h"
#include "gateway/request_body.h"
#include "gateway/request_headers.h"
#include "gateway/request_path.h"
#include "gateway/request_query.h"

static bool is_listed(const char *const *names, const char *name)
{
	for (; names && *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

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
			&& !is_listed(body ? body->ignored : NULL, p->name);
	return is_taken ? PLACE_BODY : PLACE_NONE;
}

enum param_place request_params_place(const struct route *route, const struct param *p)
{
	const char *const *query_names = route->dialect->query_names;
	if (route_has_path_param(route, p))
		return PLACE_PATH;
	if (is_in_header(route, p->name))
		return PLACE_HEADER;
	if (route->method->is_write)
		return write_place(route, p);
	if (route_is_streamed(route) && json_in_is_reserved(p->name))
		return PLACE_NONE; /* gateway/api_list.c sets limit and cursor */
	return !query_names || is_listed(query_names, p->name) ? PLACE_QUERY : PLACE_NONE;
}

static void put_generated_id(const struct request_source *source, struct param_writer *w)
{
	char text[UUID_TEXT_LEN];
	if (!source->generated_id)
		return;
	uuid_format(source->generated_id, text);
	param_writer_text(w, source->route->generated->name, (struct span){ text, sizeof text });
}

enum status request_params_put(const struct request_source *source, struct param_writer *w)
{
	const struct route_body *body = source->route->row->body;
	enum status st = request_path_put(source, w);
	if (st != ST_OK)
		return st;
	put_generated_id(source, w);
	st = request_query_put(source, w);
	if (st != ST_OK)
		return st;
	request_headers_put(source, w);
	st = request_body_put(source, w);
	if (st == ST_OK && body && body->fixed)
		param_writer_bool(w, body->fixed, true);
	return st;
}
