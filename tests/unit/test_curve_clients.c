#include <string.h>

#include "common/curve_clients.h"
#include "tests/unit/suite.h"

#define KEY       "0000000000000000000000000000000000000001"
#define OTHER     "0000000000000000000000000000000000000002"
#define PUBLISHED "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7" /* of zmq_curve(7) */

static const struct {
	const char *text;
	int client, worker; /* the line in which KEY has the role; 0: none */
	int64_t account;
} accepted[] = {
	{ "", 0, 0, 0 },
	{ "\n\n# nobody\n", 0, 0, 0 },
	{ KEY, 1, 0, 0 },
	{ KEY " worker", 0, 1, 0 },
	{ KEY " account=7\n", 1, 0, 7 },
	{ KEY "\taccount=999999999999999999 # Ada\r\n", 1, 0, 999999999999999999 },
	{ "# all\n" OTHER " account=8\n\n" KEY " worker\n" KEY " account=1", 5, 4, 1 },
	{ OTHER "\n", 0, 0, 0 },
	{ KEY " account=7\n" KEY " account=7\n", -1, 0, 7 },
};

START_TEST(a_line_says_what_a_key_is_for)
{
	struct curve_clients clients = { 0 };
	unsigned char key[CURVE_KEY_SIZE];
	struct fail why = { 0 };
	ck_assert(curve_parse_key(SPAN(KEY), key));
	enum status st = curve_clients_parse(span_of(accepted[_i].text), &clients, &why);
	ck_assert_msg(st == ST_OK, "%s: %s", accepted[_i].text, why.text);
	const struct curve_client *client = curve_clients_find(&clients, key, CURVE_CLIENT);
	const struct curve_client *worker = curve_clients_find(&clients, key, CURVE_WORKER);
	ck_assert_msg(!client == !accepted[_i].client, "%s", accepted[_i].text);
	if (client && accepted[_i].client > 0)
		ck_assert_int_eq(client->line, accepted[_i].client);
	if (client)
		ck_assert_int_eq(client->account, accepted[_i].account);
	ck_assert_int_eq(worker ? worker->line : 0, accepted[_i].worker);
	ck_assert_int_eq(worker ? worker->account : 0, 0);
	curve_clients_fini(&clients);
	curve_clients_fini(&clients);
}
END_TEST

#define FORM    "it must be `KEY`, `KEY account=NUMBER` or `KEY worker`"
#define ACCOUNT "account= needs the number of an account, from 1"

static const struct {
	const char *text, *why;
} refused[] = {
	{ "nonsense", "line 1: " FORM },
	{ "\n# x\n" KEY "0", "line 3: " FORM },
	{ KEY " client", "line 1: " FORM },
	{ KEY " worker account=7", "line 1: " FORM },
	{ KEY " account=7 worker", "line 1: " FORM },
	{ KEY " account=7 account=7 x", "line 1: " FORM },
	{ KEY " worker x y z", "line 1: " FORM },
	{ KEY " Account=7", "line 1: " FORM },
	{ KEY " account", "line 1: " FORM },
	{ KEY " account = 7", "line 1: " FORM },
	{ "account=7 " KEY, "line 1: " FORM },
	{ KEY "\n" OTHER " account=", "line 2: " ACCOUNT },
	{ KEY " account=0", "line 1: " ACCOUNT },
	{ KEY " account=-7", "line 1: " ACCOUNT },
	{ KEY " account=07", "line 1: " ACCOUNT },
	{ KEY " account=7x", "line 1: " ACCOUNT },
	{ KEY " account=+7", "line 1: " ACCOUNT },
	{ KEY " account=9999999999999999999", "line 1: " ACCOUNT },
	{ KEY " account=7\n" OTHER "\n" KEY " account=8",
		"line 3: line 1 gives the key another account, or none" },
	{ KEY "\n" KEY " account=8", "line 2: line 1 gives the key another account, or none" },
	{ PUBLISHED " account=7",
		"line 1: it must not be a key of ZeroMQ's documentation: make one with `study "
		"keys`" },
};

START_TEST(a_line_that_is_wrong_is_named)
{
	struct curve_clients clients = { 0 };
	struct fail why = { 0 };
	enum status st = curve_clients_parse(span_of(refused[_i].text), &clients, &why);
	ck_assert_msg(st == ST_BAD_SETTING, "%s", refused[_i].text);
	ck_assert_str_eq(why.text, refused[_i].why);
	ck_assert_ptr_null(clients.list);
}
END_TEST

START_TEST(a_nul_is_no_blank)
{
	struct curve_clients clients = { 0 };
	ck_assert_int_eq(curve_clients_parse(SPAN(KEY "\0"), &clients, NULL), ST_BAD_SETTING);
	ck_assert_int_eq(curve_clients_parse(SPAN("\0" KEY), &clients, NULL), ST_BAD_SETTING);
}
END_TEST

#define COUNT(table) (int)(sizeof table / sizeof *table)

int main(void)
{
	TCase *tests = tcase_create("curve_clients");
	tcase_add_loop_test(tests, a_line_says_what_a_key_is_for, 0, COUNT(accepted));
	tcase_add_loop_test(tests, a_line_that_is_wrong_is_named, 0, COUNT(refused));
	tcase_add_test(tests, a_nul_is_no_blank);
	return suite_run("curve_clients", tests);
}
