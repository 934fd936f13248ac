/* A credential lies within the bytes of the request and has the form of its kind. A refusal has a
 * text, and sets no credential. */
#include <string.h>

#include "common/msg.h"
#include "gateway/credential.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static void check(enum status st, const struct credential *shown, const struct fail *why)
{
	size_t len = shown->text.len;
	require(st == ST_OK || (why->text[0] && shown->kind == CREDENTIAL_NONE));
	require((shown->kind == CREDENTIAL_NONE) == (len == 0));
	require(len <= CREDENTIAL_MAX);
	if (shown->kind == CREDENTIAL_TOKEN)
		require(len == 67 && memcmp(shown->text.bytes, "st_", 3) == 0);
	if (shown->kind == CREDENTIAL_SESSION)
		require(len == 64);
}

static void check_http(const struct http_request *http)
{
	struct credential shown = { CREDENTIAL_NONE, { 0 } };
	struct fail why = { 0 };
	enum status st = credential_of_http(http, &shown, &why);
	check(st, &shown, &why);
	require(st == ST_OK || st == ST_UNAUTHENTICATED || st == ST_TOKEN_INVALID);
}

static void check_rpc(struct span context)
{
	struct credential shown = { CREDENTIAL_NONE, { 0 } };
	struct fail why = { 0 };
	size_t measured;
	if (msg_measure(context, &measured, NULL) == ST_OK)
		check(credential_of_rpc(span_first(context, measured), &shown, &why), &shown, &why);
}

/* The first line is the path. A further line is one byte that selects the field name, followed by
 * the value. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct http_request http;
	struct span lines = { (const char *)data, size };
	check_rpc(lines);
	http = (struct http_request){ .method = SPAN("GET") };
	http.path = span_cut(&lines, '\n');
	while (lines.len && http.field_count < HTTP_FIELDS_MAX) {
		struct span line = span_cut(&lines, '\n');
		if (line.len == 0)
			continue;
		http.fields[http.field_count++] =
			(struct http_field){ *line.bytes & 1 ? SPAN("Authorization")
							     : SPAN("Cookie"),
				span_trim(span_drop(line, 1)) };
	}
	check_http(&http);
	return 0;
}
