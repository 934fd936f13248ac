#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "gateway/client_address.h"
#include "gateway/http_forwarded.h"
#include "tests/unit/suite.h"

static struct proxies proxies;
static struct http_request http;

static void trust(const char *list)
{
	struct fail why = { 0 };
	ck_assert_msg(
		network_parse_list(span_of(list), proxies.networks, &proxies.count, &why) == ST_OK,
		"%s", why.text);
}

static void set_up(void)
{
	trust("10.0.0.0/8, fd00::/8, unix");
	http = (struct http_request){ 0 };
}

static union address peer_of(const char *text)
{
	unsigned char bytes[ADDRESS_SIZE];
	if (strcmp(text, "unix") == 0)
		return (union address){ .any.sa_family = AF_UNIX };
	ck_assert(network_parse_address(span_of(text), bytes));
	return address_of_bytes(bytes);
}

static void add_field(const char *name, struct span value)
{
	http.fields[http.field_count++] = (struct http_field){ span_of(name), value };
}

/* A line of the text is the value of one field line. */
static void add_lines(const char *name, const char *text)
{
	struct span rest = span_of(text);
	while (rest.len)
		add_field(name, span_cut(&rest, '\n'));
}

/* "ADDRESS" or "ADDRESS https". */
static void expect_client(const char *peer, const char *expected)
{
	union address from = peer_of(peer);
	struct client client;
	char text[ADDRESS_TEXT_SIZE], found[ADDRESS_TEXT_SIZE + 8];
	client_find(&proxies, &from, &http, &client);
	(void)snprintf(found, sizeof found, "%s%s", address_text(&client.address, text).bytes,
		client.is_https ? " https" : "");
	ck_assert_str_eq(found, expected);
}

static const struct {
	const char *peer, *forwarded, *client;
} forwarded_table[] = {
	{ "10.0.0.1", "", "10.0.0.1" },
	{ "192.0.2.9", "for=203.0.113.7;proto=https", "192.0.2.9" }, /* not trusted */
	{ "10.0.0.1", "for=203.0.113.7", "203.0.113.7" },
	{ "10.0.0.1", "For=203.0.113.7;Proto=HTTPS;By=10.0.0.1;Host=a.example",
		"203.0.113.7 https" },
	{ "10.0.0.1", "for=203.0.113.7;proto=http", "203.0.113.7" },
	{ "10.0.0.1", "for=203.0.113.7 ; proto=https", "203.0.113.7 https" },
	{ "10.0.0.1", ";for=203.0.113.7;;", "203.0.113.7" },
	{ "10.0.0.1", "for=\"203.0.113.7:4711\"", "203.0.113.7" },
	{ "10.0.0.1", "for=\"203.0.113.7:_hidden\"", "203.0.113.7" },
	{ "10.0.0.1", "for=\"[2001:DB8::1]\"", "2001:db8::1" },
	{ "10.0.0.1", "for=\"[2001:db8::1]:4711\"", "2001:db8::1" },
	{ "10.0.0.1", "for=\"[::ffff:203.0.113.7]\"", "203.0.113.7" },
	{ "10.0.0.1", "for=\"\\2\\03.0.113.7\"", "203.0.113.7" },
	{ "::ffff:10.0.0.1", "for=203.0.113.7", "203.0.113.7" },
	{ "fd00::1", "for=203.0.113.7", "203.0.113.7" },
	{ "unix", "for=203.0.113.7", "203.0.113.7" },
	/* several proxies: the last address that is not a proxy's */
	{ "10.0.0.1", "for=203.0.113.7, for=10.0.0.2", "203.0.113.7" },
	{ "10.0.0.1", "for=203.0.113.7\nfor=10.0.0.2", "203.0.113.7" },
	{ "10.0.0.1", "for=198.51.100.1, for=203.0.113.7, for=10.0.0.2", "203.0.113.7" },
	{ "10.0.0.1", "for=10.9.9.9, for=203.0.113.7", "203.0.113.7" },
	{ "10.0.0.1", "for=10.0.0.3, for=10.0.0.2", "10.0.0.3" },
	{ "10.0.0.1", "for=203.0.113.7;proto=https, for=10.0.0.2;proto=http", "203.0.113.7 https" },
	{ "10.0.0.1", "for=203.0.113.7;proto=http, for=10.0.0.2;proto=https", "203.0.113.7" },
	/* hidden addresses */
	{ "10.0.0.1", "for=unknown;proto=https", "10.0.0.1 https" },
	{ "10.0.0.1", "for=_client.1-a", "10.0.0.1" },
	{ "10.0.0.1", "for=\"_client:_port\"", "10.0.0.1" },
	{ "10.0.0.1", "proto=https", "10.0.0.1 https" },
	{ "10.0.0.1", "for=203.0.113.7, for=_hidden, for=10.0.0.2", "10.0.0.2" },
	/* what the client itself has sent is not looked at */
	{ "10.0.0.1", "for=\"\nfor=203.0.113.7", "203.0.113.7" },
	{ "10.0.0.1", "nonsense\n,for=203.0.113.7", "203.0.113.7" },
	/* malformed */
	{ "10.0.0.1", "nonsense", "10.0.0.1" },
	{ "10.0.0.1", "for=", "10.0.0.1" },
	{ "10.0.0.1", "for", "10.0.0.1" },
	{ "10.0.0.1", "=203.0.113.7", "10.0.0.1" },
	{ "10.0.0.1", "for = 203.0.113.7", "10.0.0.1" },
	{ "10.0.0.1", "for=203.0.113.7;for=203.0.113.8", "10.0.0.1" },
	{ "10.0.0.1", "for=203.0.113.7;proto=https;PROTO=http", "10.0.0.1" },
	{ "10.0.0.1", "for=203.0.113.7 proto=https", "10.0.0.1" },
	{ "10.0.0.1", "for=203.0.113.7;proto=\"\"", "10.0.0.1" },
	{ "10.0.0.1", "for=203.0.113.7:80", "10.0.0.1" }, /* must be quoted */
	{ "10.0.0.1", "for=[2001:db8::1]", "10.0.0.1" },
	{ "10.0.0.1", "for=\"2001:db8::1\"", "10.0.0.1" }, /* must have brackets */
	{ "10.0.0.1", "for=\"[203.0.113.7]\"", "10.0.0.1" },
	{ "10.0.0.1", "for=\"[2001:db8::1\"", "10.0.0.1" },
	{ "10.0.0.1", "for=\"[2001:db8::1]80\"", "10.0.0.1" },
	{ "10.0.0.1", "for=\"[fe80::1%eth0]\"", "10.0.0.1" },
	{ "10.0.0.1", "for=\"203.0.113.7:\"", "10.0.0.1" },
	{ "10.0.0.1", "for=\"203.0.113.7:123456\"", "10.0.0.1" },
	{ "10.0.0.1", "for=\"203.0.113.7:80a\"", "10.0.0.1" },
	{ "10.0.0.1", "for=\"203.0.113.7", "10.0.0.1" },
	{ "10.0.0.1", "for=\"203.0.113.7\\\"", "10.0.0.1" },
	{ "10.0.0.1", "for=_", "10.0.0.1" },
	{ "10.0.0.1", "for=_a~b", "10.0.0.1" },
	{ "10.0.0.1", "for=client.example", "10.0.0.1" },
	{ "10.0.0.1", "for=203.0.113.256", "10.0.0.1" },
	{ "10.0.0.1", "for=203.0.113.7, nonsense", "10.0.0.1" },
	{ "10.0.0.1", "nonsense, for=203.0.113.7", "10.0.0.1" }, /* one line */
	{ "10.0.0.1", "nonsense\nfor=10.0.0.2", "10.0.0.1" },
};

START_TEST(forwarded_names_the_client)
{
	add_lines("forwarded", forwarded_table[_i].forwarded);
	expect_client(forwarded_table[_i].peer, forwarded_table[_i].client);
}
END_TEST

static const struct {
	const char *addresses, *protocols, *client;
} x_forwarded_table[] = {
	{ "203.0.113.7", "", "203.0.113.7" },
	{ "203.0.113.7", "https", "203.0.113.7 https" },
	{ "203.0.113.7", "HTTPS", "203.0.113.7 https" },
	{ "203.0.113.7", "http", "203.0.113.7" },
	{ "203.0.113.7", "wss", "203.0.113.7" },
	{ "203.0.113.7:4711", "", "203.0.113.7" },
	{ "2001:db8::1", "", "2001:db8::1" },
	{ "[2001:db8::1]", "", "2001:db8::1" },
	{ "[2001:db8::1]:4711", "", "2001:db8::1" },
	{ "198.51.100.1, 203.0.113.7,10.0.0.2", "", "203.0.113.7" },
	{ "198.51.100.1\n203.0.113.7\n10.0.0.2", "", "203.0.113.7" },
	{ "203.0.113.7, 10.0.0.2", "https, http", "203.0.113.7 https" },
	{ "203.0.113.7, 10.0.0.2", "http, https", "203.0.113.7" },
	{ "203.0.113.7, 10.0.0.2", "https", "203.0.113.7 https" },
	{ "203.0.113.7", "http, https", "203.0.113.7 https" },
	{ "", "https", "10.0.0.1 https" },
	{ "", "http", "10.0.0.1" },
	{ "", "https, http", "10.0.0.1" },
	{ ",203.0.113.7,,", "", "203.0.113.7" },
	{ "nonsense, 203.0.113.7", "", "203.0.113.7" }, /* sent by the client */
	{ "\", 203.0.113.7", "", "203.0.113.7" },
	{ "unknown", "https", "10.0.0.1 https" },
	{ "203.0.113.7, unknown", "", "10.0.0.1" },
	{ "203.0.113.7, nonsense", "https", "10.0.0.1" },
	{ "203.0.113.7, _hidden", "", "10.0.0.1" },
	{ "nonsense, 10.0.0.2", "", "10.0.0.1" },
	{ "203.0.113.7 10.0.0.2", "", "10.0.0.1" },
	{ "\"203.0.113.7\"", "", "10.0.0.1" },
};

START_TEST(x_forwarded_for_names_the_client)
{
	add_lines("X-Forwarded-For", x_forwarded_table[_i].addresses);
	add_lines("X-Forwarded-Proto", x_forwarded_table[_i].protocols);
	expect_client("10.0.0.1", x_forwarded_table[_i].client);
}
END_TEST

static const struct {
	const char *forwarded, *addresses, *protocols, *client;
} both_table[] = {
	{ "for=203.0.113.7", "203.0.113.7", "", "203.0.113.7" },
	{ "for=203.0.113.7;proto=https", "203.0.113.7", "https", "203.0.113.7 https" },
	{ "for=203.0.113.7;proto=https", "203.0.113.7", "", "203.0.113.7" },
	{ "for=203.0.113.7", "203.0.113.7", "https", "203.0.113.7" },
	{ "for=198.51.100.1", "203.0.113.7", "", "10.0.0.1" },
	{ "for=198.51.100.1;proto=https", "203.0.113.7", "https", "10.0.0.1" },
	{ "nonsense", "203.0.113.7", "", "10.0.0.1" },
	{ "for=203.0.113.7", "nonsense", "", "10.0.0.1" },
	{ "for=_hidden", "203.0.113.7", "", "10.0.0.1" },
	{ "for=203.0.113.7;proto=http", "", "https", "203.0.113.7" },
};

START_TEST(both_fields_must_name_one_client)
{
	add_lines("Forwarded", both_table[_i].forwarded);
	add_lines("X-Forwarded-For", both_table[_i].addresses);
	add_lines("X-Forwarded-Proto", both_table[_i].protocols);
	expect_client("10.0.0.1", both_table[_i].client);
}
END_TEST

/* A field that is there, but empty. */
START_TEST(an_empty_field_is_there)
{
	add_field("Forwarded", SPAN(""));
	expect_client("10.0.0.1", "10.0.0.1");
	add_lines("X-Forwarded-For", "203.0.113.7");
	expect_client("10.0.0.1", "10.0.0.1");
}
END_TEST

/* 31 proxies and a client are read, whatever stands before them. */
START_TEST(a_long_list_is_read_from_its_end)
{
	char list[4096] = "";
	size_t len = 0;
	for (int i = 0; i < 40; i++)
		len += (size_t)snprintf(list + len, sizeof list - len, "198.51.100.%d, ", i);
	len += (size_t)snprintf(list + len, sizeof list - len, "203.0.113.7");
	for (int i = 1; i < HOPS_MAX; i++)
		len += (size_t)snprintf(list + len, sizeof list - len, ", 10.0.0.%d", i);
	add_field("X-Forwarded-For", (struct span){ list, len });
	expect_client("10.0.0.1", "203.0.113.7");
	len += (size_t)snprintf(list + len, sizeof list - len, ", 10.0.0.99");
	http.fields[0].value.len = len;
	expect_client("10.0.0.1", "10.0.0.1");
}
END_TEST

START_TEST(a_list_of_proxies_has_no_client_but_its_first)
{
	char list[1024] = "";
	size_t len = 0;
	for (int i = 1; i <= HOPS_MAX; i++)
		len += (size_t)snprintf(list + len, sizeof list - len, "10.0.0.%d, ", i);
	add_field("X-Forwarded-For", (struct span){ list, len });
	expect_client("10.9.9.9", "10.0.0.1");
}
END_TEST

START_TEST(a_long_value_is_malformed)
{
	static char value[400] = "for=203.0.113.7;host=\"";
	size_t len = strlen(value);
	memset(value + len, 'a', 257);
	value[len + 257] = '"';
	add_field("Forwarded", (struct span){ value, len + 258 });
	expect_client("10.0.0.1", "10.0.0.1");
	value[len + 256] = '"';
	http.fields[0].value.len--;
	expect_client("10.0.0.1", "203.0.113.7");
}
END_TEST

START_TEST(without_proxies_the_client_is_the_peer)
{
	union address from = peer_of("10.0.0.1");
	struct client client;
	add_lines("Forwarded", "for=203.0.113.7;proto=https");
	trust("");
	expect_client("10.0.0.1", "10.0.0.1");
	trust("unix, 10.0.0.1");
	from.v4.sin_port = htons(4711);
	client_find(&proxies, &from, NULL, &client);
	ck_assert_int_eq(address_port(&client.address), 4711);
	ck_assert(!client.is_https);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
	TCase *tests = tcase_create("client_address");
	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_add_loop_test(tests, forwarded_names_the_client, 0, COUNT(forwarded_table));
	tcase_add_loop_test(tests, x_forwarded_for_names_the_client, 0, COUNT(x_forwarded_table));
	tcase_add_loop_test(tests, both_fields_must_name_one_client, 0, COUNT(both_table));
	tcase_add_test(tests, an_empty_field_is_there);
	tcase_add_test(tests, a_long_list_is_read_from_its_end);
	tcase_add_test(tests, a_list_of_proxies_has_no_client_but_its_first);
	tcase_add_test(tests, a_long_value_is_malformed);
	tcase_add_test(tests, without_proxies_the_client_is_the_peer);
	return suite_run("client_address", tests);
}
