#include "gateway/request_headers.h"

static bool is_visible(struct span text)
{
	size_t i = 0;
	while (i < text.len && text.bytes[i] > ' ' && text.bytes[i] < 0x7f)
		i++;
	return i == text.len;
}

enum status request_headers_key(const struct http_request *http, struct span *key, struct fail *why)
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

static void put_condition(const struct request_source *source,
	const struct http_condition *condition, const char *name, struct param_writer *w)
{
	struct buf list = { 0 };
	if (!condition->is_given || !method_param(source->route->method, span_of(name)))
		return;
	http_condition_put(condition, &list);
	param_writer_text(w, name, buf_view(&list));
	w->out->failed |= list.failed;
	buf_fini(&list);
}

static void put_key(const struct request_source *source, struct param_writer *w)
{
	static const char name[] = "idempotency_key";
	if (source->idempotency_key.len > 0 && method_param(source->route->method, span_of(name)))
		param_writer_text(w, name, source->idempotency_key);
}

void request_headers_put(const struct request_source *source, struct param_writer *w)
{
	const struct http_conditions *conditions = source->conditions;
	if (conditions) {
		put_condition(source, &conditions->match, "if_match", w);
		put_condition(source, &conditions->none_match, "if_none_match", w);
	}
	put_key(source, w);
}
