#include "gateway/http_list.h"

#include "gateway/http_text.h"

struct http_list http_list_of(const struct http_request *http, const char *name)
{
	return (struct http_list){ .http = http, .name = span_of(name) };
}

struct http_list http_list_of_text(struct span text)
{
	return (struct http_list){ .rest = text };
}

/* An open quote ends with its line. */
static size_t member_len(struct span rest)
{
	bool is_quoted = false;
	size_t len = 0;
	for (; len < rest.len && (is_quoted || rest.bytes[len] != ','); len++)
		is_quoted ^= rest.bytes[len] == '"';
	return len;
}

static bool next_of_line(struct span *rest, struct span *member)
{
	while (rest->len) {
		size_t len = member_len(*rest);
		*member = span_trim(span_first(*rest, len));
		*rest = span_drop(*rest, len < rest->len ? len + 1 : len);
		if (member->len)
			return true;
	}
	return false;
}

static bool next_line(struct http_list *list)
{
	while (list->http && list->next < list->http->field_count) {
		const struct http_field *field = &list->http->fields[list->next++];
		if (!span_equals_nocase(field->name, list->name))
			continue;
		list->rest = field->value;
		return true;
	}
	return false;
}

bool http_list_next(struct http_list *list, struct span *member)
{
	do
		if (next_of_line(&list->rest, member))
			return true;
	while (next_line(list));
	return false;
}

/* qvalue: "0" or "1", with up to three decimals. */
static int weight_of(struct span text)
{
	int weight = 0, unit = 1000;
	for (size_t i = 0; i < text.len; i++) {
		bool is_point = i == 1 && text.bytes[i] == '.';
		if (is_point)
			continue;
		if (!http_is(text.bytes[i], HTTP_DIGIT) || unit == 0 || i == 1)
			return 0;
		weight += unit * http_hex_value(text.bytes[i]);
		unit /= 10;
	}
	return weight > 1000 ? 0 : weight;
}

bool http_list_next_weighted(struct http_list *list, struct span *value, int *weight)
{
	struct span rest;
	if (!http_list_next(list, &rest))
		return false;
	*value = span_trim(span_cut(&rest, ';'));
	*weight = 1000;
	while (rest.len) {
		struct span text = span_cut(&rest, ';'), name = span_trim(span_cut(&text, '='));
		if (span_is_nocase(name, "q"))
			*weight = weight_of(span_trim(text));
	}
	return true;
}

bool http_list_has(struct http_list list, struct span wanted)
{
	struct span member;
	while (http_list_next(&list, &member))
		if (span_equals_nocase(member, wanted))
			return true;
	return false;
}

bool http_list_is_given(const struct http_request *http, const char *name)
{
	struct http_list list = http_list_of(http, name);
	return next_line(&list);
}
