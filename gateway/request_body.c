#include "gateway/request_body.h"

enum status request_body_check(
	const struct http_request *http, const struct route *route, struct fail *why)
{
	struct json_in *json = NULL;
	if (http->body.len == 0 || route->row->takes_body
		|| route->dialect->unknown_names == NAMES_IGNORED)
		return ST_OK;
	enum status st = json_in_parse(http->body, &json, why);
	if (st == ST_OK)
		st = json_in_refuse_all(json, why);
	json_in_free(&json);
	return st;
}

static enum status apply_rules(
	const struct route_body *rules, struct json_in *json, struct fail *why)
{
	enum status st = rules->refused ? json_in_refuse(json, rules->refused, why) : ST_OK;
	if (st == ST_OK && rules->alias)
		st = json_in_rename(json, rules->alias, rules->param, why);
	if (st == ST_OK && rules->ignored)
		json_in_ignore(json, rules->ignored);
	return st;
}

enum status request_body_read(const struct http_request *http, const struct route **route,
	struct json_in **out, struct fail *why)
{
	const struct route_row *row = (*route)->row;
	if (row->takes_body == BODY_NONE
		|| (row->takes_body == BODY_OPTIONAL && http->body.len == 0))
		return ST_OK;
	enum status st = json_in_parse(http->body, out, why);
	if (st != ST_OK || !row->body)
		return st;
	if (row->body->chooses_variant && row->body->chooses_variant(*out))
		*route = (*route)->variant;
	const struct route_body *rules = (*route)->row->body;
	return rules ? apply_rules(rules, *out, why) : ST_OK;
}

/* The names that the route gives itself, so that the body can't. */
static void put_taken(const struct route *route, const char **taken)
{
	const struct route_fixed *fixed = route->row->fixed;
	for (size_t i = 0; i < route->param_count; i++)
		*taken++ = route->params[i]->name;
	for (; fixed && fixed->param; fixed++)
		*taken++ = fixed->param;
	*taken = NULL;
}

enum status request_body_put(const struct request_source *source, struct param_writer *w)
{
	const struct route *route = source->route;
	const char *taken[ROUTE_PARAMS_MAX + ROUTE_FIXED_MAX + 1];
	if (!source->json)
		return ST_OK;
	put_taken(route, taken);
	struct json_in_rules rules = { .method = route->method,
		.is_strict = route->dialect->unknown_names == NAMES_REFUSED,
		.taken = taken,
		.keeps_nulls = !route_drops_nulls(route) };
	return json_in_put_params(source->json, &rules, w);
}
