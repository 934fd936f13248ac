#include "gateway/position_field.h"

static const char name[] = "StudyTracker-Position";

enum status position_field_read(
	const struct http_request *http, struct position *out, struct fail *why)
{
	struct position found = { 0 };
	for (size_t i = 0; i < http->field_count; i++) {
		const struct http_field *field = &http->fields[i];
		if (!span_equals_nocase(field->name, SPAN(name)))
			continue;
		if (position_is_set(found))
			return fail_field(
				why, ST_INVALID_INPUT, name, "%s must be given once", name);
		if (!position_of_text(field->value, &found))
			return fail_field(why, ST_INVALID_INPUT, name,
				"%s must be as a response had it: two numbers, TIMELINE-LSN", name);
	}
	*out = found;
	return ST_OK;
}

void position_field_put(struct buf *headers, struct position p)
{
	if (!position_is_set(p))
		return;
	buf_text(headers, name);
	buf_text(headers, ": ");
	position_put_text(headers, p);
	buf_text(headers, "\r\n");
}
