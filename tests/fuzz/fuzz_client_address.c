/* The client of a request is never what the client itself wrote: fields of a peer that is not
 * trusted are ignored, and nothing before the address that a trusted proxy has added counts. */
#include <string.h>

#include "gateway/client_address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct proxies proxies;

static union address address_of(struct span text)
{
	unsigned char bytes[ADDRESS_SIZE];
	if (!network_parse_address(text, bytes))
		__builtin_trap();
	return address_of_bytes(bytes);
}

/* A line is one byte that selects the field name, followed by the value. */
static void put_field(struct http_request *http, struct span line)
{
	static const char *const names[] = { "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto" };
	const size_t count = sizeof names / sizeof *names;
	if (line.len == 0 || http->field_count + 2 >= HTTP_FIELDS_MAX)
		return;
	struct http_field field = { span_of(names[(uint8_t)line.bytes[0] % count]),
		span_trim(span_drop(line, 1)) };
	http->fields[http->field_count++] = field;
}

static struct client find(const struct http_request *http, struct span peer)
{
	union address from = address_of(peer);
	struct client client;
	client_find(&proxies, &from, http, &client);
	return client;
}

static void expect(const struct client *client, struct span wanted)
{
	char text[ADDRESS_TEXT_SIZE];
	struct span found = address_text(&client->address, text);
	if (found.len != wanted.len || memcmp(found.bytes, wanted.bytes, found.len) != 0)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct http_request http;
	struct span lines = { (const char *)data, size };
	struct fail why = { 0 };
	struct network networks[NETWORKS_MAX];
	size_t count;
	(void)network_parse_list(span_cut(&lines, '\n'), networks, &count, &why);
	if (network_parse_list(SPAN("10.0.0.0/8"), proxies.networks, &proxies.count, &why) != ST_OK)
		__builtin_trap();
	http = (struct http_request){ .method = SPAN("GET") };
	while (lines.len)
		put_field(&http, span_cut(&lines, '\n'));
	struct client client = find(&http, SPAN("192.0.2.1"));
	expect(&client, SPAN("192.0.2.1"));
	if (client.is_https)
		__builtin_trap();
	(void)find(&http, SPAN("10.0.0.1"));
	http.fields[http.field_count++] =
		(struct http_field){ SPAN("Forwarded"), SPAN("for=203.0.113.7") };
	http.fields[http.field_count++] =
		(struct http_field){ SPAN("X-Forwarded-For"), SPAN("203.0.113.7") };
	client = find(&http, SPAN("10.0.0.1"));
	expect(&client, SPAN("203.0.113.7"));
	return 0;
}
