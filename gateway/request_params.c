#include "gateway/request_params.h"

#include <string.h>

#include "common/msg.h"
#include "common/utf8.h"
#include "common/uuid.h"
#include "gateway/http_text.h"

/* All that the root surface reads from a query. */
static const char root_query[] = "tag";

struct writer {
	const struct request_source *from;
	struct buf *params;
	uint32_t *pairs;
	struct fail *why;
};

static void put_text(struct writer *w, const char *name, struct span text)
{
	msg_put_key(w->params, name);
	msg_put_text(w->params, text);
	++*w->pairs;
}

static enum status put_value(struct writer *w, const struct param *p, struct span text)
{
	int64_t integer;
	if (!utf8_is_valid(text.bytes, text.len))
		return fail_field(
			w->why, ST_INVALID_INPUT, p->name, "%s must be valid UTF-8", p->name);
	msg_put_key(w->params, p->name);
	if (p->kind == PARAM_INT && span_to_int(text, &integer))
		msg_put_int(w->params, integer);
	else if (p->kind == PARAM_BOOL && (span_is(text, "true") || span_is(text, "false")))
		msg_put_bool(w->params, span_is(text, "true"));
	else
		msg_put_text(w->params, text);
	++*w->pairs;
	return ST_OK;
}

static struct span path_name(const struct route_match *match, size_t i)
{
	return (struct span){ match->names[i], match->name_lens[i] };
}

static bool is_in_path(const struct route *route, const char *name)
{
	const char *at = route->path;
	size_t len = strlen(name);
	while ((at = strchr(at, '{'))) {
		at++;
		if (strncmp(at, name, len) == 0 && at[len] == '}')
			return true;
	}
	return false;
}

static bool is_header(const struct route *route, const char *name)
{
	if (strcmp(name, "idempotency_key") == 0)
		return strcmp(route->method, "POST") == 0;
	return route_is_of_row(route)
	       && (strcmp(name, "if_match") == 0 || strcmp(name, "if_none_match") == 0);
}

static bool is_ignored(const struct route *route, const char *name)
{
	const char *const *ignored = route->body ? route->body->ignored : NULL;
	for (; ignored && *ignored; ignored++)
		if (strcmp(*ignored, name) == 0)
			return true;
	return false;
}

enum request_place request_params_place(
	const struct route *route, const struct method *m, const struct param *p)
{
	if (is_in_path(route, p->name))
		return PLACE_PATH;
	if (is_header(route, p->name))
		return PLACE_HEADER;
	if (json_in_is_reserved(p->name) && m->is_write)
		return PLACE_NONE;
	if (m->is_write)
		return (route->flags & ROUTE_BODY) && !is_ignored(route, p->name) ? PLACE_BODY
										  : PLACE_NONE;
	bool is_read_here = (route->flags & ROUTE_STRICT) || strcmp(p->name, root_query) == 0;
	return is_read_here ? PLACE_QUERY : PLACE_NONE;
}

static enum status put_path(struct writer *w)
{
	const struct route_match *match = w->from->match;
	enum status st = ST_OK;
	struct buf value = { 0 };
	for (size_t i = 0; match && st == ST_OK && i < match->count; i++) {
		const struct param *p = method_param(w->from->method, path_name(match, i));
		buf_clear(&value);
		st = p ? http_percent_decode(match->values[i], &value) : ST_INTERNAL;
		if (st == ST_OK)
			st = value.failed ? ST_NO_MEMORY : put_value(w, p, buf_view(&value));
	}
	buf_fini(&value);
	return st;
}

static enum status refuse_unknown(struct fail *why, struct span name)
{
	char shown[48];
	utf8_show(name.bytes, name.len, shown, sizeof shown);
	return fail_field(why, ST_INVALID_INPUT, shown, "unknown query parameter \"%s\"", shown);
}

static bool is_strict(const struct request_source *from)
{
	return from->route->flags & ROUTE_STRICT;
}

/* NULL where the query can't say it. */
static const struct param *query_param(const struct request_source *from, struct span name)
{
	const struct param *p = method_param(from->method, name);
	bool is_here = p && request_params_place(from->route, from->method, p) == PLACE_QUERY;
	return is_here ? p : NULL;
}

static enum status put_pair(struct writer *w, struct span name, struct span value)
{
	const struct param *p = query_param(w->from, name);
	if (!p && is_strict(w->from))
		return refuse_unknown(w->why, name);
	if (!p || (value.len == 0 && !is_strict(w->from)))
		return ST_OK;
	return put_value(w, p, value);
}

static enum status put_query(struct writer *w)
{
	struct span rest = w->from->http->query;
	struct buf name = { 0 }, value = { 0 };
	enum status st = ST_OK;
	while (st == ST_OK && rest.len > 0) {
		st = http_query_next(&rest, &name, &value);
		if (st == ST_INVALID_INPUT)
			st = fail_set(w->why, st, "the query holds a broken percent-escape");
		else if (st == ST_OK)
			st = put_pair(w, buf_view(&name), buf_view(&value));
	}
	if (st == ST_OK && (name.failed || value.failed))
		st = ST_NO_MEMORY;
	buf_fini(&name);
	buf_fini(&value);
	return st == ST_NOT_FOUND ? ST_OK : st;
}

/* gateway/api_head.c has refused a condition that the method can't take. */
static void put_condition(
	struct writer *w, const struct http_condition *condition, const char *name)
{
	struct buf list = { 0 };
	if (!condition->is_given || !method_param(w->from->method, span_of(name)))
		return;
	http_condition_put(condition, &list);
	put_text(w, name, buf_view(&list));
	w->params->failed |= list.failed;
	buf_fini(&list);
}

static void put_conditions(struct writer *w)
{
	const struct http_conditions *conditions = w->from->conditions;
	if (!conditions)
		return;
	put_condition(w, &conditions->match, "if_match");
	put_condition(w, &conditions->none_match, "if_none_match");
}

static bool is_visible(struct span text)
{
	size_t i = 0;
	while (i < text.len && text.bytes[i] > ' ' && text.bytes[i] < 0x7f)
		i++;
	return i == text.len;
}

enum status request_params_key(const struct http_request *http, struct span *key, struct fail *why)
{
	static const char name[] = "Idempotency-Key";
	struct span found = { 0 };
	for (size_t i = 0; span_is(http->method, "POST") && i < http->field_count; i++) {
		const struct http_field *field = &http->fields[i];
		if (!span_is_nocase(field->name, name))
			continue;
		if (found.len > 0)
			return fail_field(
				why, ST_INVALID_INPUT, name, "%s must be given once", name);
		found = field->value;
		if (found.len == 0 || found.len > IDEMPOTENCY_KEY_MAX || !is_visible(found))
			return fail_field(why, ST_INVALID_INPUT, name,
				"%s must be 1 to %d visible ASCII characters", name,
				IDEMPOTENCY_KEY_MAX);
	}
	*key = found;
	return ST_OK;
}

static void put_idempotency_key(struct writer *w)
{
	static const char name[] = "idempotency_key";
	if (w->from->idempotency_key.len > 0 && method_param(w->from->method, span_of(name)))
		put_text(w, name, w->from->idempotency_key);
}

static enum status put_body(struct writer *w)
{
	const struct request_source *from = w->from;
	const char *taken[ROUTE_SEGMENTS_MAX + 1] = { NULL };
	for (size_t i = 0; from->match && i < from->match->count; i++) {
		const struct param *p = method_param(from->method, path_name(from->match, i));
		taken[i] = p ? p->name : "";
	}
	return json_in_put_params(
		from->json, from->method, is_strict(from), taken, w->params, w->pairs, w->why);
}

static void put_session_id(struct writer *w)
{
	char text[UUID_TEXT_LEN];
	uuid_format(w->from->session_id, text);
	put_text(w, "session_id", (struct span){ text, sizeof text });
}

static void put_fixed(struct writer *w, const char *name)
{
	msg_put_key(w->params, name);
	msg_put_bool(w->params, true);
	++*w->pairs;
}

enum status request_params_put(
	const struct request_source *source, struct buf *params, uint32_t *pairs, struct fail *why)
{
	struct writer w = { source, params, pairs, why };
	enum status st = put_path(&w);
	if (st == ST_OK && source->session_id)
		put_session_id(&w);
	if (st == ST_OK)
		st = put_query(&w);
	if (st == ST_OK) {
		put_conditions(&w);
		put_idempotency_key(&w);
	}
	if (st == ST_OK && source->json)
		st = put_body(&w);
	if (st == ST_OK && source->route->body && source->route->body->fixed)
		put_fixed(&w, source->route->body->fixed);
	return st;
}
