/* Checks of host, page and preconditions never crash, a refusal names its field, and only the text
 * of our own ETags reaches a statement. */
#include "gateway/access.h"
#include "gateway/http_conditional.h"
#include "gateway/http_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A line is one byte that selects the field name, followed by the value. */
static void put_field(struct http_request *http, struct span line)
{
	static const char *const names[] = { "Host", "Origin", "Sec-Fetch-Site", "If-Match",
		"If-None-Match" };
	const size_t count = sizeof names / sizeof *names;
	if (line.len == 0 || http->field_count == HTTP_FIELDS_MAX)
		return;
	struct http_field field = { span_of(names[(uint8_t)line.bytes[0] % count]),
		span_trim(span_drop(line, 1)) };
	http->fields[http->field_count++] = field;
}

static void check_condition(const struct http_condition *condition)
{
	struct buf out = { 0 };
	http_condition_put(condition, &out);
	for (size_t i = 0; i < out.len; i++) {
		bool is_star = out.bytes[i] == '*' && out.len == 1;
		bool is_mark = out.bytes[i] == ',' || out.bytes[i] == ':';
		if (!is_star && !is_mark && !http_is(out.bytes[i], HTTP_UNRESERVED))
			__builtin_trap();
	}
	buf_fini(&out);
}

static void check_refusal(enum status st, const struct fail *why)
{
	if (st != ST_OK && (!why->field[0] || !why->text[0]))
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct http_request http;
	struct span lines = { (const char *)data, size };
	struct access access = { .hosts = SPAN("study.example"), .checks_hosts = true };
	struct http_conditions conditions;
	struct fail why = { 0 };
	access.cors = cors_from_settings("loopback, https://app.example", "*", "*", true);
	http = (struct http_request){ .method = SPAN("PUT") };
	http.target = span_cut(&lines, '\n');
	while (lines.len)
		put_field(&http, span_cut(&lines, '\n'));
	check_refusal(access_check(&access, &http, &why), &why);
	why = (struct fail){ 0 };
	enum status st = http_conditions_read(&http, &conditions, &why);
	check_refusal(st, &why);
	if (st != ST_OK)
		return 0;
	(void)http_conditions_evaluate(&conditions, SPAN("2026-11-21T08:03:40.123456Z"), size & 1);
	check_condition(&conditions.match);
	check_condition(&conditions.none_match);
	return 0;
}
