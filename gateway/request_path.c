#include "gateway/request_path.h"

#include "gateway/http_text.h"

static enum status check_id(
	const struct route *route, const struct param *p, struct span id, struct fail *why)
{
	enum status bad = route->row->bad_id ? route->row->bad_id : route->dialect->bad_id;
	int64_t value;
	if (bad == ST_OK || !p || p->kind != PARAM_INT)
		return ST_OK;
	if (http_run_of(id, HTTP_DIGIT) != id.len)
		return fail_field(why, bad, p->name, "%s must be digits", p->name);
	if (span_to_int(id, &value) && value >= p->min && value <= p->max)
		return ST_OK;
	return route->method->missing ? route->method->missing : ST_NOT_FOUND;
}

enum status request_path_check(const struct route_match *match, struct fail *why)
{
	const struct route *route = match->route;
	enum status st = ST_OK;
	struct buf room = { 0 };
	struct span id;
	for (size_t i = 0; st == ST_OK && i < route->param_count; i++) {
		st = http_percent_decode(match->values[i], &room, &id);
		if (st == ST_OK)
			st = check_id(route, route->params[i], id, why);
	}
	buf_fini(&room);
	return st;
}

enum status request_path_put(const struct request_source *source, struct param_writer *w)
{
	const struct route *route = source->route;
	size_t count = source->path_values ? route->param_count : 0;
	enum status st = ST_OK;
	struct buf room = { 0 };
	struct span value;
	for (size_t i = 0; st == ST_OK && i < count; i++) {
		st = http_percent_decode(source->path_values[i], &room, &value);
		if (st == ST_OK)
			st = param_writer_url_text(w, route->params[i], value);
	}
	buf_fini(&room);
	return st;
}
