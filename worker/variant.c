#include "worker/variant.h"

static bool fits(const struct request *r, const struct method *variant)
{
	const struct method *m = r->method;
	for (size_t i = variant->param_count; i < m->param_count; i++) {
		bool is_sort = span_is(span_of(m->params[i].name), "sort");
		if (is_sort ? !span_is(r->values[i].text, variant->sort) : !r->values[i].is_null)
			return false;
	}
	return true;
}

const struct method *variant_of(const struct request *r)
{
	for (size_t i = 1; i <= r->method->variants; i++)
		if (fits(r, r->method + i))
			return r->method + i;
	return r->method;
}

void variant_leave(struct request *r)
{
	if (r->variant->leaves_unanswered)
		r->variant = r->method;
}
