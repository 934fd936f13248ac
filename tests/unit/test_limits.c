#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "gateway/limits.h"
#include "tests/unit/suite.h"

static struct limits *limits;
static struct rate_verdict verdict;

static struct settings settings_of(const char *auth)
{
	return (struct settings){ .auth = auth,
		.rate_account = "",
		.rate_address = "",
		.rate_login_account = "",
		.rate_login_address = "" };
}

static void open_limits(const struct settings *settings)
{
	struct fail why = { 0 };
	ck_assert_msg(limits_open(&limits, settings, &why) == ST_OK, "%s", why.text);
}

static void close_limits(void)
{
	limits_free(&limits);
	limits_free(&limits);
}

static struct limits_address from(const char *text)
{
	return limits_address_of_text(span_of(text));
}

static bool take_address(const char *text)
{
	struct limits_address address = from(text);
	return limits_take_address(limits, &address, 0, &verdict);
}

static bool log_in(const char *address_text, const char *username)
{
	struct limits_address address = from(address_text);
	return limits_take_login(limits, &address, span_of(username), 0, &verdict);
}

START_TEST(without_accounts_there_is_no_limit_that_is_not_set)
{
	struct settings settings = settings_of(_i ? "off" : "");
	open_limits(&settings);
	ck_assert_ptr_null(limits);
	settings.rate_address = "0";
	open_limits(&settings);
	ck_assert_ptr_null(limits);
	settings.rate_address = "2/60";
	open_limits(&settings);
	ck_assert(take_address("192.0.2.1"));
	ck_assert_int_eq(verdict.limit, 2);
	ck_assert(log_in("192.0.2.1", "ada"));
	ck_assert_int_eq(verdict.limit, 0);
}
END_TEST

START_TEST(accounts_have_limits)
{
	struct settings settings = settings_of("on");
	open_limits(&settings);
	ck_assert(limits_take_account(limits, 7, 0, &verdict));
	ck_assert_int_eq(verdict.limit, 1200);
	ck_assert(take_address("192.0.2.1"));
	ck_assert_int_eq(verdict.limit, 300);
	ck_assert_int_eq(verdict.full_in_ms, 200);
	ck_assert(log_in("192.0.2.1", "ada"));
	ck_assert_int_eq(verdict.limit, 10);
	ck_assert_int_eq(verdict.full_in_ms, 30000);
}
END_TEST

START_TEST(all_limits_can_be_off)
{
	struct settings settings = { .auth = "on",
		.rate_account = "0",
		.rate_address = "0",
		.rate_login_account = "0",
		.rate_login_address = "0" };
	open_limits(&settings);
	ck_assert_ptr_null(limits);
	settings.rate_login_account = "1/60";
	open_limits(&settings);
	ck_assert(limits_take_account(limits, 7, 0, &verdict) && verdict.limit == 0);
	ck_assert(log_in("192.0.2.1", "") && verdict.limit == 0);
	ck_assert(log_in("192.0.2.1", "ada") && verdict.limit == 1);
	ck_assert(!log_in("192.0.2.1", "ada") && verdict.limit == 1);
}
END_TEST

static const struct {
	const char *one, *other;
	bool is_one;
} address_table[] = {
	{ "192.0.2.1", "192.0.2.1", true },
	{ "192.0.2.1", "192.0.2.2", false },
	{ "192.0.2.1", "::ffff:192.0.2.1", true },
	{ "2001:db8:0:1::1", "2001:db8:0:1:2:3:4:5", true },
	{ "2001:db8:0:1::1", "2001:db8:0:2::1", false },
	{ "uid 1000", "uid 1000", true },
	{ "uid 1000", "uid 1001", false },
	{ "", "uid 1001", false },
	{ "a name of over sixty-four bytes, of which only sixty-four count: 1",
		"a name of over sixty-four bytes, of which only sixty-four count: 2", true },
};

START_TEST(an_address_is_counted_with_its_network)
{
	struct settings settings = settings_of("off");
	settings.rate_address = "1/60";
	open_limits(&settings);
	ck_assert(take_address(address_table[_i].one));
	ck_assert_int_eq(take_address(address_table[_i].other), !address_table[_i].is_one);
}
END_TEST

START_TEST(accounts_are_counted_apart)
{
	struct settings settings = settings_of("off");
	settings.rate_account = "1/60";
	open_limits(&settings);
	ck_assert(limits_take_account(limits, 1, 0, &verdict));
	ck_assert(!limits_take_account(limits, 1, 0, &verdict));
	ck_assert(limits_take_account(limits, 2, 0, &verdict));
	ck_assert(limits_take_account(limits, 1, 60000, &verdict));
}
END_TEST

START_TEST(one_address_cannot_lock_out_a_person)
{
	struct settings settings = settings_of("on");
	int allowed = 0;
	open_limits(&settings);
	for (int i = 0; i < 1000; i++)
		allowed += log_in("192.0.2.66", "ada");
	ck_assert_int_eq(allowed, 10);
	ck_assert_int_eq(verdict.limit, 10);
	ck_assert(log_in("192.0.2.1", "ada")); /* has 10 - 1; ada has 100 - 11 */
	ck_assert_int_eq(verdict.limit, 10);
	ck_assert_int_eq(verdict.remaining, 9);
}
END_TEST

START_TEST(many_addresses_share_the_log_ins_with_one_name)
{
	struct settings settings = settings_of("on");
	char address[40];
	int allowed = 0;
	open_limits(&settings);
	for (int i = 0; i < 250; i++) {
		(void)snprintf(address, sizeof address, "192.0.2.%d", i);
		allowed +=
			log_in(address, i % 2 ? "\u00c4da@Example.org" : "a\u0308DA@exaMPLE.org");
	}
	ck_assert_int_eq(allowed, 100);
	ck_assert_int_eq(verdict.limit, 100);
	struct fail why = { 0 };
	ck_assert(limits_refuse(&verdict, &why) == ST_RATE_LIMITED);
	ck_assert_str_eq(why.text, "too many requests: wait 3 s");
	ck_assert(log_in("192.0.2.251", "bob"));
	ck_assert(log_in("192.0.2.252", "\u00f6da@example.org"));
	ck_assert(log_in("192.0.2.253", ""));
}
END_TEST

START_TEST(a_name_of_marks_is_counted_too)
{
	struct settings settings = settings_of("off");
	settings.rate_login_account = "1/60";
	open_limits(&settings);
	ck_assert(log_in("192.0.2.1", "\u0301"));
	ck_assert(!log_in("192.0.2.1", "\u0301"));
}
END_TEST

/* The bucket with fewer tokens left. */
START_TEST(a_log_in_shows_the_stricter_limit)
{
	struct settings settings = settings_of("off");
	settings.rate_login_address = "3/60";
	settings.rate_login_account = "2/60";
	open_limits(&settings);
	ck_assert(log_in("192.0.2.1", "ada"));
	ck_assert_int_eq(verdict.limit, 2);
	ck_assert_int_eq(verdict.remaining, 1);
	ck_assert(log_in("192.0.2.1", "bob") && verdict.limit == 3 && verdict.remaining == 1);
	ck_assert(log_in("192.0.2.1", "eve") && verdict.limit == 3 && verdict.remaining == 0);
	ck_assert(!log_in("192.0.2.1", "eve") && verdict.limit == 3);
	ck_assert(log_in("192.0.2.2", "eve") && verdict.limit == 2 && verdict.remaining == 0);
	ck_assert(!log_in("192.0.2.2", "EVE") && verdict.limit == 2);
}
END_TEST

/* With a stolen token, for example. */
START_TEST(checks_of_a_password_count_as_log_ins)
{
	struct settings settings = settings_of("off");
	settings.rate_login_address = "3/60";
	settings.rate_login_account = "2/60";
	open_limits(&settings);
	struct limits_address one = from("192.0.2.1"), other = from("192.0.2.2");
	ck_assert(limits_take_password(limits, &one, 7, 0, &verdict) && verdict.remaining == 1);
	ck_assert(limits_take_password(limits, &other, 7, 0, &verdict) && verdict.remaining == 0);
	ck_assert(!limits_take_password(limits, &other, 7, 0, &verdict) && verdict.limit == 2);
	ck_assert(limits_take_password(limits, &other, 8, 0, &verdict));
	ck_assert(log_in("192.0.2.1", "7"));
	ck_assert(limits_take_password(limits, &one, 0, 0, &verdict) && verdict.limit == 3);
	ck_assert(!limits_take_password(limits, &one, 0, 0, &verdict) && verdict.limit == 3);
}
END_TEST

static const struct password_step checking = { .checks = "password" }, setting = { .sets = "p" };

static const struct {
	struct method method;
	bool counts;
} password_methods[] = {
	{ { .name = "topics.get" }, false },
	{ { .name = "accounts.create", .passwords = &setting }, false }, /* an admin's work */
	{ { .name = "accounts.register", .passwords = &setting, .is_open = true }, true },
	{ { .name = "account.delete", .passwords = &checking }, true },
};

START_TEST(methods_with_passwords_count_as_log_ins)
{
	ck_assert_int_eq(
		limits_count_passwords(&password_methods[_i].method), password_methods[_i].counts);
}
END_TEST

START_TEST(refusals_are_counted)
{
	struct counter_sources sources = { 0 };
	struct settings settings = settings_of("off");
	settings.rate_address = "1/60";
	settings.rate_login_account = "1/60";
	open_limits(&settings);
	limits_add_counters(limits, &sources);
	const struct limits_counts *counts = sources.items[0].counts;
	for (int i = 0; i < 5; i++)
		(void)take_address("192.0.2.1");
	(void)log_in("192.0.2.1", "ada");
	(void)log_in("192.0.2.1", "ada");
	ck_assert_uint_eq(counts->address, 4);
	ck_assert_uint_eq(counts->login_account, 1);
	ck_assert_uint_eq(counts->account + counts->login_address, 0);
}
END_TEST

static const struct {
	struct rate_verdict verdict;
	const char *lines;
} header_table[] = {
	{ { .is_allowed = true }, "" },
	{ { .is_allowed = true, .limit = 300, .remaining = 299, .full_in_ms = 200 },
		"X-RateLimit-Limit: 300\r\nX-RateLimit-Remaining: 299\r\n"
		"X-RateLimit-Reset: 1700000001\r\n" },
	{ { .is_allowed = true, .limit = 300, .remaining = 0, .full_in_ms = 60000 },
		"X-RateLimit-Limit: 300\r\nX-RateLimit-Remaining: 0\r\n"
		"X-RateLimit-Reset: 1700000060\r\n" },
	{ { .limit = 10, .full_in_ms = 299001, .retry_in_ms = 29001 },
		"X-RateLimit-Limit: 10\r\nX-RateLimit-Remaining: 0\r\n"
		"X-RateLimit-Reset: 1700000300\r\nRetry-After: 30\r\n" },
	{ { .limit = 10, .full_in_ms = 1, .retry_in_ms = 1 },
		"X-RateLimit-Limit: 10\r\nX-RateLimit-Remaining: 0\r\n"
		"X-RateLimit-Reset: 1700000001\r\nRetry-After: 1\r\n" },
};

START_TEST(header_lines_show_the_bucket)
{
	struct buf headers = { 0 };
	limits_put_headers(&header_table[_i].verdict, 1700000000, &headers);
	ck_assert_msg(span_is(buf_view(&headers), header_table[_i].lines), "%.*s", (int)headers.len,
		headers.bytes);
	buf_fini(&headers);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
	TCase *tests = tcase_create("limits");
	tcase_add_checked_fixture(tests, NULL, close_limits);
	tcase_add_loop_test(tests, without_accounts_there_is_no_limit_that_is_not_set, 0, 2);
	tcase_add_test(tests, accounts_have_limits);
	tcase_add_test(tests, all_limits_can_be_off);
	tcase_add_loop_test(tests, an_address_is_counted_with_its_network, 0, COUNT(address_table));
	tcase_add_test(tests, accounts_are_counted_apart);
	tcase_add_test(tests, one_address_cannot_lock_out_a_person);
	tcase_add_test(tests, many_addresses_share_the_log_ins_with_one_name);
	tcase_add_test(tests, a_name_of_marks_is_counted_too);
	tcase_add_test(tests, a_log_in_shows_the_stricter_limit);
	tcase_add_test(tests, checks_of_a_password_count_as_log_ins);
	tcase_add_loop_test(
		tests, methods_with_passwords_count_as_log_ins, 0, COUNT(password_methods));
	tcase_add_test(tests, refusals_are_counted);
	tcase_add_loop_test(tests, header_lines_show_the_bucket, 0, COUNT(header_table));
	return suite_run("limits", tests);
}
