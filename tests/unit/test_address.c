#include <arpa/inet.h>
#include <string.h>

#include "gateway/address.h"
#include "tests/unit/suite.h"

static union address address_of(const char *text, int port)
{
	union address a = { .any.sa_family = AF_UNSPEC };
	if (strcmp(text, "unix") == 0) {
		a.any.sa_family = AF_UNIX;
	} else if (strchr(text, ':')) {
		a.v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6,
			.sin6_port = htons((uint16_t)port) };
		ck_assert_int_eq(inet_pton(AF_INET6, text, &a.v6.sin6_addr), 1);
	} else if (*text) {
		a.v4 = (struct sockaddr_in){ .sin_family = AF_INET,
			.sin_port = htons((uint16_t)port) };
		ck_assert_int_eq(inet_pton(AF_INET, text, &a.v4.sin_addr), 1);
	}
	return a;
}

static const struct {
	const char *address, *url;
	bool is_local;
} address_table[] = {
	{ "127.0.0.1", "http://127.0.0.1:80", true },
	{ "127.255.0.3", "http://127.255.0.3:80", true },
	{ "128.0.0.1", "http://128.0.0.1:80", false },
	{ "0.0.0.0", "http://0.0.0.0:80", false },
	{ "10.0.0.1", "http://10.0.0.1:80", false },
	{ "::1", "http://[::1]:80", true },
	{ "::", "http://[::]:80", false },
	{ "::ffff:127.0.0.1", "http://[::ffff:127.0.0.1]:80", true },
	{ "::ffff:10.0.0.1", "http://[::ffff:10.0.0.1]:80", false },
	{ "2001:db8::1", "http://[2001:db8::1]:80", false },
	{ "fe80::1", "http://[fe80::1]:80", false },
	{ "unix", "a Unix socket", true },
	{ "", "a Unix socket", false },
};

START_TEST(each_address_has_a_url_and_is_local_or_not)
{
	union address a = address_of(address_table[_i].address, 80);
	struct buf url = { 0 };
	address_put_url(&url, &a);
	ck_assert_msg(
		span_is(buf_view(&url), address_table[_i].url), "%.*s", (int)url.len, url.bytes);
	ck_assert_int_eq(address_is_local(&a), address_table[_i].is_local);
	buf_fini(&url);
}
END_TEST

static const struct {
	const char *address, *text;
} text_table[] = {
	{ "127.0.0.1", "127.0.0.1" },
	{ "::ffff:10.0.0.1", "10.0.0.1" },
	{ "2001:DB8::1", "2001:db8::1" },
	{ "unix", "local" },
	{ "", "" },
};

START_TEST(each_address_has_a_text)
{
	union address a = address_of(text_table[_i].address, 80), same;
	char text[ADDRESS_TEXT_SIZE];
	unsigned char bytes[ADDRESS_SIZE];
	ck_assert(span_is(address_text(&a, text), text_table[_i].text));
	if (!address_bytes(&a, bytes))
		return;
	same = address_of_bytes(bytes);
	ck_assert_int_eq(address_port(&same), 0);
	ck_assert(span_is(address_text(&same, text), text_table[_i].text));
}
END_TEST

static const struct {
	const char *a, *b;
	bool is_one;
} group_table[] = {
	{ "192.0.2.1", "192.0.2.1", true },
	{ "192.0.2.1", "192.0.2.2", false },
	{ "192.0.2.1", "::ffff:192.0.2.1", true },
	{ "2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", true },
	{ "2001:db8:0:1::1", "2001:db8:0:2::1", false },
	{ "::ffff:192.0.2.1", "::fffe:192.0.2.1", false },
};

START_TEST(an_ipv6_network_is_one_group)
{
	union address a = address_of(group_table[_i].a, 1), b = address_of(group_table[_i].b, 2);
	struct address_group one = address_group(&a), other = address_group(&b);
	ck_assert_int_eq(memcmp(&one, &other, sizeof one) == 0, group_table[_i].is_one);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("address");
	tcase_add_loop_test(tests, each_address_has_a_url_and_is_local_or_not, 0,
		sizeof address_table / sizeof *address_table);
	tcase_add_loop_test(
		tests, each_address_has_a_text, 0, sizeof text_table / sizeof *text_table);
	tcase_add_loop_test(
		tests, an_ipv6_network_is_one_group, 0, sizeof group_table / sizeof *group_table);
	return suite_run("address", tests);
}
