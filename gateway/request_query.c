#include "gateway/request_query.h"

#include "common/utf8.h"
#include "gateway/http_text.h"

static enum status refuse_unknown(struct fail *why, struct span name)
{
	char shown[48];
	utf8_show(name.bytes, name.len, shown, sizeof shown);
	return fail_field(why, ST_INVALID_INPUT, shown, "unknown query parameter \"%s\"", shown);
}

static const struct route_query no_rules;

static const struct route_query *rules_of(const struct route *route)
{
	return route->row->query ? route->row->query : &no_rules;
}

/* NULL if the query can't give it. */
static const struct param *find_param(const struct route *route, struct span name)
{
	const struct route_query *rules = rules_of(route);
	if (rules->alias && span_is(name, rules->alias))
		name = span_of(rules->param);
	const struct param *p = method_param(route->method, name);
	return p && request_params_place(route, p) == PLACE_QUERY ? p : NULL;
}

/* A query that is read. */
struct query {
	const struct route *route;
	struct param_writer *w;
	bool is_narrowed; /* the fallback of the rules does not apply */
	uint64_t named;   /* bit i: params[i] of the method, also if its value was ignored */
};

static bool is_lenient(const struct query *q)
{
	return q->route->dialect->unknown_names == NAMES_IGNORED;
}

/* Whether an earlier pair has named the param. */
static bool is_repeated(struct query *q, const struct param *p)
{
	uint64_t bit = UINT64_C(1) << (p - q->route->method->params);
	bool was_named = q->named & bit;
	q->named |= bit;
	return was_named;
}

static bool is_ignored(struct query *q, const struct param *p, struct span value)
{
	if (is_lenient(q) && (is_repeated(q, p) || value.len == 0))
		return true;
	return span_is_any(span_of(p->name), rules_of(q->route)->lenient)
	       && !span_is_any(value, p->choices);
}

static void note_narrowing(struct query *q, struct span name)
{
	const struct route_query *rules = rules_of(q->route);
	q->is_narrowed |= span_is_any(name, rules->narrowing)
			  || (rules->fallback && span_is(name, rules->fallback));
}

static enum status put_pair(struct query *q, struct span name, struct span value)
{
	const struct param *p = find_param(q->route, name);
	if (!p && !is_lenient(q))
		return refuse_unknown(q->w->why, name);
	if (!p || is_ignored(q, p, value))
		return ST_OK;
	note_narrowing(q, span_of(p->name));
	return param_writer_url_text(q->w, p, value);
}

enum status request_query_put(const struct request_source *source, struct param_writer *w)
{
	struct query q = { .route = source->route, .w = w };
	struct span rest = source->http->query;
	struct buf name = { 0 }, value = { 0 };
	enum status st = ST_OK;
	if (!is_lenient(&q) && http_has_broken_escape(rest))
		return fail_set(w->why, ST_INVALID_INPUT, "the query has a broken percent-escape");
	while (st == ST_OK && rest.len > 0) {
		st = http_query_next(&rest, &name, &value);
		if (st == ST_OK)
			st = put_pair(&q, buf_view(&name), buf_view(&value));
	}
	if (st == ST_OK && (name.failed || value.failed))
		st = ST_NO_MEMORY;
	buf_fini(&name);
	buf_fini(&value);
	st = st == ST_NOT_FOUND ? ST_OK : st;
	const char *fallback = rules_of(source->route)->fallback;
	if (st == ST_OK && fallback && !q.is_narrowed)
		param_writer_bool(w, fallback, true);
	return st;
}

bool request_query_names_page(struct span name)
{
	static const char *const page_names[] = { "limit", "cursor", NULL };
	return span_is_any(name, page_names);
}

bool request_query_wants_page(const struct route *route, const struct http_request *http)
{
	struct span rest = http->query;
	struct buf name = { 0 }, value = { 0 };
	bool wants = false;
	if (route->dialect->list_shape == LIST_LINKED)
		while (!wants && http_query_next(&rest, &name, &value) == ST_OK)
			wants = value.len > 0 && request_query_names_page(buf_view(&name));
	buf_fini(&name);
	buf_fini(&value);
	return wants;
}
