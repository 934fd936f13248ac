#include <string.h>

#include "common/network.h"
#include "tests/unit/suite.h"

static const struct {
	const char *network, *address;
	bool is_inside;
} inside_table[] = {
	{ "10.0.0.7", "10.0.0.7", true },
	{ "10.0.0.7", "10.0.0.6", false },
	{ "10.0.0.7/32", "10.0.0.7", true },
	{ "10.1.0.0/16", "10.1.255.255", true },
	{ "10.1.0.0/16", "10.2.0.0", false },
	{ "10.1.0.0/16", "::ffff:10.1.2.3", true },
	{ "128.0.0.0/1", "255.255.255.255", true },
	{ "128.0.0.0/1", "127.255.255.255", false },
	{ "192.0.2.128/25", "192.0.2.129", true },
	{ "192.0.2.128/25", "192.0.2.127", false },
	{ "2001:db8::/32", "2001:db8:ffff::1", true },
	{ "2001:db8::/32", "2001:db9::1", false },
	{ "2001:DB8:0:8::/61", "2001:db8:0:f::", true },
	{ "2001:db8:0:8::/61", "2001:db8:0:10::", false },
	{ "::1", "::1", true },
	{ "::1/128", "::2", false },
	{ "::ffff:10.1.0.0/112", "10.1.2.3", true },
	{ "8000::/1", "10.1.2.3", false },
	{ "unix", "::", false },
	{ "unix", "127.0.0.1", false },
};

START_TEST(a_network_has_its_addresses)
{
	struct network network;
	unsigned char address[ADDRESS_SIZE];
	struct fail why = { 0 };
	ck_assert_msg(network_parse(span_of(inside_table[_i].network), &network, &why) == ST_OK,
		"%s", why.text);
	ck_assert(network_parse_address(span_of(inside_table[_i].address), address));
	ck_assert_int_eq(network_has(&network, address), inside_table[_i].is_inside);
	ck_assert_int_eq(network.is_unix, strcmp(inside_table[_i].network, "unix") == 0);
}
END_TEST

#define FORM " is neither an address such as 10.0.0.7 nor a network such as 10.1.0.0/16"

static const struct {
	const char *network, *error;
} refused[] = {
	{ "", "\"\"" FORM },
	{ "proxy.example", "\"proxy.example\"" FORM },
	{ "10.0.0", "\"10.0.0\"" FORM },
	{ "10.0.0.256", "\"10.0.0.256\"" FORM },
	{ "010.0.0.1", "\"010.0.0.1\"" FORM },
	{ " 10.0.0.1", "\" 10.0.0.1\"" FORM },
	{ "10.0.0.1:80", "\"10.0.0.1:80\"" FORM },
	{ "[::1]", "\"[::1]\"" FORM },
	{ "fe80::1%eth0", "\"fe80::1%eth0\"" FORM },
	{ "Unix", "\"Unix\"" FORM },
	{ "unix/0", "\"unix/0\"" FORM },
	{ "10.0.0.0/", "\"10.0.0.0/\"" FORM },
	{ "10.0.0.0/33", "\"10.0.0.0/33\"" FORM },
	{ "10.0.0.0/-1", "\"10.0.0.0/-1\"" FORM },
	{ "10.0.0.0/8/8", "\"10.0.0.0/8/8\"" FORM },
	{ "10.0.0.0/255.0.0.0", "\"10.0.0.0/255.0.0.0\"" FORM },
	{ "::/129", "\"::/129\"" FORM },
	{ "10.1.0.0/8", "\"10.1.0.0/8\" has bits after the first 8" },
	{ "2001:db8::1/64", "\"2001:db8::1/64\" has bits after the first 64" },
	{ "0.0.0.0/0", "\"0.0.0.0/0\" contains every address" },
	{ "::/0", "\"::/0\" contains every address" },
};

START_TEST(an_error_names_the_text)
{
	static const struct network zero;
	struct network network = zero;
	struct fail why = { 0 };
	ck_assert_int_eq(
		network_parse(span_of(refused[_i].network), &network, &why), ST_INVALID_INPUT);
	ck_assert_str_eq(why.text, refused[_i].error);
	ck_assert_mem_eq(&network, &zero, sizeof zero);
}
END_TEST

START_TEST(a_nul_is_part_of_no_address)
{
	unsigned char address[ADDRESS_SIZE];
	ck_assert(!network_parse_address(SPAN("10.0.0.1\0"), address));
	ck_assert(!network_parse_address(SPAN("::1\0junk"), address));
	ck_assert(!network_parse_address((struct span){ 0 }, address));
}
END_TEST

START_TEST(a_list_has_blanks_and_empty_items)
{
	struct network networks[NETWORKS_MAX];
	struct fail why = { 0 };
	size_t count = 9;
	ck_assert(network_parse_list(SPAN(""), networks, &count, &why) == ST_OK && count == 0);
	ck_assert(network_parse_list(SPAN(" ,,10.0.0.7,\t::1 ,"), networks, &count, &why) == ST_OK);
	ck_assert_uint_eq(count, 2);
	ck_assert_uint_eq(networks[1].bytes[15], 1);
	ck_assert(network_parse_list(SPAN("10.0.0.7 ::1"), networks, &count, &why)
		  == ST_INVALID_INPUT);
}
END_TEST

START_TEST(a_list_has_a_maximum)
{
	struct network networks[NETWORKS_MAX];
	struct fail why = { 0 };
	char list[NETWORKS_MAX * 4 + 4];
	size_t count;
	for (size_t i = 0; i <= NETWORKS_MAX; i++)
		memcpy(list + 4 * i, "::1,", 4);
	ck_assert(network_parse_list(
			  (struct span){ list, (size_t)NETWORKS_MAX * 4 }, networks, &count, &why)
		  == ST_OK);
	ck_assert_uint_eq(count, NETWORKS_MAX);
	ck_assert(network_parse_list((struct span){ list, sizeof list }, networks, &count, &why)
		  == ST_INVALID_INPUT);
	ck_assert_str_eq(why.text, "it has over 64 items");
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
	TCase *tests = tcase_create("network");
	tcase_add_loop_test(tests, a_network_has_its_addresses, 0, COUNT(inside_table));
	tcase_add_loop_test(tests, an_error_names_the_text, 0, COUNT(refused));
	tcase_add_test(tests, a_nul_is_part_of_no_address);
	tcase_add_test(tests, a_list_has_blanks_and_empty_items);
	tcase_add_test(tests, a_list_has_a_maximum);
	return suite_run("network", tests);
}
