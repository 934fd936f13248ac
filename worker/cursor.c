#include "worker/cursor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/fnv.h"

/* `limit` and `cursor` select a page, not a list. */
static bool is_of_page(const struct param *p)
{
	return param_is_cursor(p) || span_is(span_of(p->name), "limit");
}

/* NULL adds nothing, so cursors stay valid when a method gets a new param. */
static uint64_t mix_value(uint64_t h, const struct param *p, const struct param_value *v)
{
	if (v->is_null)
		return h;
	h = fnv_mix(h, p->name, strlen(p->name) + 1);
	h = fnv_mix(h, &v->integer, sizeof v->integer);
	h = fnv_mix(h, &v->boolean, sizeof v->boolean);
	h = fnv_mix(h, v->uuid, sizeof v->uuid);
	if (p->kind == PARAM_LOCAL_INSTANT)
		h = fnv_mix(h, &v->is_local, sizeof v->is_local);
	h = fnv_mix(h, &v->text.len, sizeof v->text.len);
	return fnv_mix(h, v->text.bytes, v->text.len);
}

uint32_t cursor_fingerprint(const struct request *r)
{
	struct span method = span_of(r->method->name);
	uint64_t h = fnv_mix(FNV_START, method.bytes, method.len);
	h = fnv_mix(h, &r->account, sizeof r->account);
	for (size_t i = 0; i < r->method->param_count; i++)
		if (!is_of_page(&r->method->params[i]))
			h = mix_value(h, &r->method->params[i], &r->values[i]);
	return (uint32_t)(h ^ h >> 32);
}

enum status cursor_check(const struct request *r, struct fail *why)
{
	const struct param *p = method_param(r->method, SPAN("cursor"));
	if (!p)
		return ST_OK;
	const struct param_value *v = &r->values[p - r->method->params];
	if (v->is_null || v->fingerprint == cursor_fingerprint(r))
		return ST_OK;
	return fail_field(why, ST_INVALID_INPUT, p->name,
		"%s belongs to another list, order or filter: repeat the other params as they were",
		p->name);
}

void cursor_put(struct buf *out, struct span position, uint32_t fingerprint)
{
	char end[10];
	struct buf text = { 0 };
	(void)snprintf(end, sizeof end, ".%08" PRIx32, fingerprint);
	buf_span(&text, position);
	buf_text(&text, end);
	msg_put_text(out, buf_view(&text));
	out->failed |= text.failed;
	buf_fini(&text);
}
