#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/settings_table.h"
#include "common/settings_tasks.h"
#include "tests/unit/suite.h"

static struct settings settings;
static enum settings_task task;
static struct fail why;

static void forget_environment(void)
{
	for (size_t i = 0; settings_at(i); i++)
		unsetenv(settings_at(i)->env);
	unsetenv("CORS_ALLOWED_ORIGINS");
	unsetenv("APP_CONFIG");
	unsetenv("FLASK_ENV");
}

enum { ARGS_MAX = 8 };

/* Loads with the given arguments, NULL-terminated. */
static enum status load(enum settings_user user, const char *const *args)
{
	static char copies[ARGS_MAX][256];
	char *argv[ARGS_MAX + 1] = { copies[0] };
	int argc = 1;
	for (; args && *args && argc < ARGS_MAX; args++, argc++) {
		(void)snprintf(copies[argc], sizeof copies[argc], "%s", *args);
		argv[argc] = copies[argc];
	}
	return settings_load(user, argc, argv, &settings, &task, &why);
}

#define ARGS(...)                 \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

START_TEST(the_defaults_are_as_documented)
{
	ck_assert(load(FOR_GATEWAY, NULL) == ST_OK);
	ck_assert(task == SETTINGS_RUN);
	ck_assert_str_eq(settings.api_host, "127.0.0.1");
	ck_assert_int_eq(settings.api_port, 22112);
	ck_assert_str_eq(settings.app_name, "DevOps Study Tracker");
	ck_assert_str_eq(settings.cors_origins, "loopback");
	ck_assert_str_eq(settings.hosts, "");
	ck_assert_str_eq(settings.auth, "");
	ck_assert_str_eq(settings.cors_methods, "*");
	ck_assert_str_eq(settings.cors_headers, "*");
	ck_assert(settings.cors_credentials);
	ck_assert_str_eq(settings.time_zone, "UTC");
	ck_assert_int_eq(settings.deadline_ms, 5000);
	ck_assert_int_eq(settings.queue_max, 10000);
	ck_assert_int_eq(settings.connections_max, 10000);
	ck_assert_int_eq(settings.credit, 256);
	ck_assert_str_eq(
		settings.worker_endpoint, "ipc:///run/studytracker/workers/workers-1.sock");
	ck_assert_str_eq(settings.gateways, "ipc:///run/studytracker/workers/workers-*.sock");
	ck_assert_str_eq(settings.rpc_endpoint, "");
	ck_assert_str_eq(settings.log_level, "info");
}
END_TEST

START_TEST(a_flag_wins_over_the_environment_and_the_environment_over_the_table)
{
	setenv("API_PORT", "1000", 1);
	ck_assert(load(FOR_GATEWAY, NULL) == ST_OK);
	ck_assert_int_eq(settings.api_port, 1000);
	ck_assert(load(FOR_GATEWAY, ARGS("--port", "2000")) == ST_OK);
	ck_assert_int_eq(settings.api_port, 2000);
	ck_assert(load(FOR_GATEWAY, ARGS("--port=2000", "--port=3000")) == ST_OK);
	ck_assert_int_eq(settings.api_port, 3000);
}
END_TEST

START_TEST(an_empty_variable_is_not_set_except_a_list_that_may_be_empty)
{
	setenv("API_PORT", "", 1);
	setenv("APP_NAME", "", 1);
	setenv("CORS_ALLOW_ORIGINS", "", 1);
	ck_assert(load(FOR_GATEWAY, NULL) == ST_OK);
	ck_assert_int_eq(settings.api_port, 22112);
	ck_assert_str_eq(settings.app_name, "DevOps Study Tracker");
	ck_assert_str_eq(settings.cors_origins, "");
	setenv("STUDYTRACKER_PASSWORD_LIST", "", 1);
	ck_assert(load(FOR_WORKER, NULL) == ST_OK);
	ck_assert_str_eq(settings.password_list, "");
}
END_TEST

START_TEST(a_default_is_told_from_the_same_value_that_is_set)
{
	static const char list[] = "STUDYTRACKER_PASSWORD_LIST";
	static const char memory[] = "--password-memory-mib=19";
	ck_assert(load(FOR_WORKER, NULL) == ST_OK);
	ck_assert(!settings_is_set(&settings, list));
	ck_assert(!settings_is_set(&settings, "STUDYTRACKER_PASSWORD_MEMORY_MIB"));
	ck_assert(!settings_is_set(&settings, "STUDYTRACKER_NOTHING"));
	char *value = strdup(settings.password_list);
	setenv(list, value, 1);
	ck_assert(load(FOR_WORKER, ARGS(memory)) == ST_OK);
	ck_assert_str_eq(settings.password_list, value);
	ck_assert(settings_is_set(&settings, list));
	ck_assert(settings_is_set(&settings, "STUDYTRACKER_PASSWORD_MEMORY_MIB"));
	ck_assert(!settings_is_set(&settings, "STUDYTRACKER_PASSWORD_PASSES"));
	free(value);
}
END_TEST

START_TEST(endpoints_follow_the_runtime_directory_and_the_instance)
{
	setenv("STUDYTRACKER_RUNTIME_DIR", "/tmp/x", 1);
	setenv("STUDYTRACKER_INSTANCE", "3", 1);
	ck_assert(load(FOR_GATEWAY, NULL) == ST_OK);
	ck_assert_str_eq(settings.worker_endpoint, "ipc:///tmp/x/workers/workers-3.sock");
	struct settings first = settings; /* the pointers of a copy stay valid */
	ck_assert(load(FOR_WORKER, NULL) == ST_OK);
	ck_assert_str_eq(settings.gateways, "ipc:///tmp/x/workers/workers-*.sock");
	ck_assert_str_eq(first.worker_endpoint, settings.worker_endpoint);
}
END_TEST

static const char *const true_words[] = { "true", "True", "1", "yes", "on" };
static const char *const false_words[] = { "false", "FALSE", "0", "no", "off" };

START_TEST(booleans_take_the_usual_words)
{
	setenv("CORS_ALLOW_CREDENTIALS", true_words[_i], 1);
	ck_assert(load(FOR_GATEWAY, NULL) == ST_OK);
	ck_assert(settings.cors_credentials);
	setenv("CORS_ALLOW_CREDENTIALS", false_words[_i], 1);
	ck_assert(load(FOR_GATEWAY, NULL) == ST_OK);
	ck_assert(!settings.cors_credentials);
}
END_TEST

START_TEST(hosts_are_names_and_addresses_without_port)
{
	static const char hosts[] = " study.example, 192.0.2.7 ,, [2001:db8::1], nas_2,";
	setenv("STUDYTRACKER_HOSTS", hosts, 1);
	ck_assert_msg(load(FOR_GATEWAY, NULL) == ST_OK, "%s", why.text);
	ck_assert_str_eq(settings.hosts, hosts);
}
END_TEST

static const char *const zones[] = { "UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires",
	"Etc/GMT+5", "America/Port-au-Prince", "America/Indiana/Tell_City", "CET", "EST5EDT",
	"Etc/GMT-14", "GMT0", "W-SU" };

START_TEST(names_of_the_tz_database_are_accepted)
{
	setenv("STUDYTRACKER_TIME_ZONE", zones[_i], 1);
	ck_assert_msg(load(FOR_WORKER, NULL) == ST_OK, "%s", why.text);
	ck_assert_str_eq(settings.time_zone, zones[_i]);
}
END_TEST

#define LONG_60 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh"

static const struct {
	enum settings_user user;
	const char *env, *value;
} refused[] = {
	{ FOR_GATEWAY, "API_PORT", "65536" },
	{ FOR_GATEWAY, "API_PORT", "-1" },
	{ FOR_GATEWAY, "API_PORT", "+1" },
	{ FOR_GATEWAY, "API_PORT", "80a" },
	{ FOR_GATEWAY, "API_PORT", " 80" },
	{ FOR_GATEWAY, "API_PORT", "8e1" },
	{ FOR_GATEWAY, "API_PORT", "99999999999999999999999" },
	{ FOR_GATEWAY, "STUDYTRACKER_DEADLINE_MS", "0" },
	{ FOR_GATEWAY, "STUDYTRACKER_QUEUE_MAX", "0" },
	{ FOR_GATEWAY, "STUDYTRACKER_INSTANCE", "0" },
	{ FOR_GATEWAY, "CORS_ALLOW_CREDENTIALS", "maybe" },
	{ FOR_GATEWAY, "STUDYTRACKER_LOG_LEVEL", "loud" },
	{ FOR_GATEWAY, "STUDYTRACKER_AUTH", "false" },
	{ FOR_GATEWAY, "STUDYTRACKER_HOSTS", "http://study.example" },
	{ FOR_GATEWAY, "STUDYTRACKER_HOSTS", "study.example:8080" },
	{ FOR_GATEWAY, "STUDYTRACKER_HOSTS", "study.example." },
	{ FOR_GATEWAY, "STUDYTRACKER_HOSTS", "study.example other.example" },
	{ FOR_GATEWAY, "STUDYTRACKER_HOSTS", "study.example, *" },
	{ FOR_GATEWAY, "STUDYTRACKER_HOSTS", "2001:db8::1" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "https://app.example/" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "https://app.example/page" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "*, app.example" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "localhost:5173" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "//app.example" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "1http://app.example" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "https:app.example" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "https://" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "https://:80" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "[\"https://app.example\"]" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "'https://app.example'" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "https://a.example https://b.example" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "https://*.app.example" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "https://me@app.example" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "https://\xc3\xbc.example" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "https://app.example:" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "https://app.example:x" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "https://app.example:-1" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "https://app.example:0" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "https://app.example:65536" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "https://app.example:99999999999999999999" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "https://app.example:443" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "http://app.example:80" },
	{ FOR_GATEWAY, "CORS_ALLOW_ORIGINS", "http://::1" },
	{ FOR_GATEWAY, "CORS_ALLOW_METHODS", "[\"GET\"]" },
	{ FOR_GATEWAY, "CORS_ALLOW_METHODS", "GET POST" },
	{ FOR_GATEWAY, "CORS_ALLOW_HEADERS", "Content-Type; X-A" },
	{ FOR_GATEWAY, "STUDYTRACKER_RATE_ACCOUNT", "60" },
	{ FOR_GATEWAY, "STUDYTRACKER_RATE_ADDRESS", "0/60" },
	{ FOR_GATEWAY, "STUDYTRACKER_RATE_LOGIN_ACCOUNT", "10/day" },
	{ FOR_GATEWAY, "STUDYTRACKER_RATE_LOGIN_ADDRESS", "10/300 " },
	{ FOR_GATEWAY, "STUDYTRACKER_TRUSTED_PROXIES", "proxy.example" },
	{ FOR_GATEWAY, "STUDYTRACKER_TRUSTED_PROXIES", "10.0.0.7 10.0.0.8" },
	{ FOR_GATEWAY, "STUDYTRACKER_TRUSTED_PROXIES", "10.0.0.7,0.0.0.0/0" },
	{ FOR_GATEWAY, "STUDYTRACKER_WORKER_ENDPOINT", "/run/x.sock" },
	{ FOR_GATEWAY, "STUDYTRACKER_WORKER_ENDPOINT", "ipc://" },
	{ FOR_GATEWAY, "STUDYTRACKER_WORKER_ENDPOINT", "ipc:///a,ipc:///b" },
	{ FOR_GATEWAY, "STUDYTRACKER_WORKER_ENDPOINT", "ipc:///" LONG_60 LONG_60 },
	{ FOR_GATEWAY, "STUDYTRACKER_RUNTIME_DIR", "/" LONG_60 LONG_60 },
	{ FOR_WORKER, "STUDYTRACKER_RUNTIME_DIR", "/" LONG_60 LONG_60 },
	{ FOR_WORKER, "STUDYTRACKER_GATEWAYS", "," },
	{ FOR_WORKER, "STUDYTRACKER_GATEWAYS", "tcp://127.0.0.1:1,http://127.0.0.1" },
	{ FOR_WORKER, "STUDYTRACKER_CREDIT", "1000000" },
	{ FOR_WORKER, "STUDYTRACKER_TIME_ZONE", "Berlin" },
	{ FOR_WORKER, "STUDYTRACKER_TIME_ZONE", "Europe/" },
	{ FOR_WORKER, "STUDYTRACKER_TIME_ZONE", "/Europe/Berlin" },
	{ FOR_WORKER, "STUDYTRACKER_TIME_ZONE", "Europe//Berlin" },
	{ FOR_WORKER, "STUDYTRACKER_TIME_ZONE", "../etc/passwd" },
	{ FOR_WORKER, "STUDYTRACKER_TIME_ZONE", "Europe/Berlin'; DROP" },
	{ FOR_WORKER, "STUDYTRACKER_TIME_ZONE", "-05" },
	{ FOR_WORKER, "STUDYTRACKER_TIME_ZONE", "UTC-3" },
	{ FOR_WORKER, "STUDYTRACKER_TIME_ZONE", "<+03>-3" },
	{ FOR_WORKER, "STUDYTRACKER_TIME_ZONE", "Europe/Berlin5" },
	{ FOR_WORKER, "STUDYTRACKER_TIME_ZONE", "Etc/GMT+13" },
	{ FOR_WORKER, "STUDYTRACKER_TIME_ZONE", "CEST" },
	{ FOR_WORKER, "STUDYTRACKER_TIME_ZONE", "Europe" },
	{ FOR_WORKER, "STUDYTRACKER_TIME_ZONE", "Europe/Berln" },
	{ FOR_WORKER, "STUDYTRACKER_TIME_ZONE", "Europe/" LONG_60 },
};

START_TEST(a_wrong_value_is_refused_with_its_name_and_sets_nothing)
{
	memset(&settings, 0x5a, sizeof settings);
	struct settings before = settings;
	setenv(refused[_i].env, refused[_i].value, 1);
	ck_assert_msg(load(refused[_i].user, NULL) == ST_BAD_SETTING, "%s=%s", refused[_i].env,
		refused[_i].value);
	ck_assert_ptr_nonnull(strstr(why.text, refused[_i].env));
	ck_assert_str_eq(why.field, refused[_i].env);
	ck_assert_mem_eq(&settings, &before, sizeof settings);
}
END_TEST

START_TEST(an_error_names_the_flag_if_a_flag_is_wrong)
{
	ck_assert(load(FOR_GATEWAY, ARGS("--port", "x")) == ST_BAD_SETTING);
	ck_assert_str_eq(why.text, "--port is \"x\": it must be a whole number from 0 to 65535");
}
END_TEST

static const struct {
	const char *env, *value, *text;
} errors[] = {
	{ "STUDYTRACKER_RATE_ACCOUNT", "60",
		"STUDYTRACKER_RATE_ACCOUNT is \"60\": it must be COUNT/SECONDS such as 300/60, "
		"with a count from 1 to 1000000 and 1 to 86400 seconds, or 0 for no limit" },
	{ "STUDYTRACKER_HOSTS", "study.example, a:80",
		"STUDYTRACKER_HOSTS is \"study.example, a:80\": \"a:80\" must be a host name "
		"without port, in a comma-separated list" },
	{ "CORS_ALLOWED_ORIGINS", "http://localhost:5173, https://app.example/",
		"CORS_ALLOWED_ORIGINS is \"http://localhost:5173, https://app.example/\": "
		"\"https://app.example/\" must be *, loopback, null or SCHEME://HOST[:PORT], "
		"without a path, a slash at the end or the default port, in a comma-separated "
		"list" },
	{ "CORS_ALLOW_HEADERS", "X-A, \"X-B\"",
		"CORS_ALLOW_HEADERS is \"X-A, \"X-B\"\": \"\"X-B\"\" must be * or a name, in a "
		"comma-separated list" },
	{ "STUDYTRACKER_TRUSTED_PROXIES", "::1, 10.1.2.3/8",
		"STUDYTRACKER_TRUSTED_PROXIES is \"::1, 10.1.2.3/8\": \"10.1.2.3/8\" has bits "
		"after the first 8" },
};

START_TEST(an_error_says_what_is_wrong)
{
	setenv(errors[_i].env, errors[_i].value, 1);
	ck_assert(load(FOR_GATEWAY, NULL) == ST_BAD_SETTING);
	ck_assert_str_eq(why.text, errors[_i].text);
}
END_TEST

static const struct {
	const char *env, *value;
} lists[] = {
	{ "CORS_ALLOW_ORIGINS", "" },
	{ "CORS_ALLOW_ORIGINS", " , ," },
	{ "CORS_ALLOW_ORIGINS", "*" },
	{ "CORS_ALLOW_ORIGINS", "null,loopback ,\thttp://localhost:5173,http://localhost:3000" },
	{ "CORS_ALLOW_ORIGINS",
		"HTTPS://App.Example:8443, http://192.0.2.7, http://a_b.example:1" },
	{ "CORS_ALLOW_ORIGINS",
		"http://[::1], https://[2001:db8::1]:8443, http://app.example:443" },
	{ "CORS_ALLOW_ORIGINS", "capacitor://localhost, chrome-extension://abcdefghij" },
	{ "CORS_ALLOW_METHODS", "GET, post,," },
	{ "CORS_ALLOW_METHODS", "*" },
	{ "CORS_ALLOW_HEADERS", "Content-Type, X-Trace-Id" },
	{ "CORS_ALLOW_HEADERS", "" },
};

START_TEST(lists_for_pages_of_other_origins_are_accepted)
{
	setenv(lists[_i].env, lists[_i].value, 1);
	ck_assert_msg(load(FOR_GATEWAY, NULL) == ST_OK, "%s", why.text);
}
END_TEST

static const struct {
	const char *auth, *given, *origins;
} origins[] = {
	{ "", NULL, "loopback" },
	{ "off", NULL, "loopback" },
	{ "on", NULL, "*" },
	{ "on", "", "" },
	{ "on", "loopback", "loopback" },
	{ "on", "https://app.example", "https://app.example" },
	{ "off", "*", "*" },
};

START_TEST(with_accounts_every_page_may_call_unless_a_list_is_given)
{
	setenv("STUDYTRACKER_AUTH", origins[_i].auth, 1);
	if (origins[_i].given)
		setenv("CORS_ALLOW_ORIGINS", origins[_i].given, 1);
	ck_assert(load(FOR_GATEWAY, NULL) == ST_OK);
	ck_assert_str_eq(settings.cors_origins, origins[_i].origins);
	ck_assert_int_eq(settings_have_accounts(&settings), strcmp(origins[_i].auth, "on") == 0);
}
END_TEST

START_TEST(the_origins_of_the_earlier_service_count_if_none_are_set)
{
	setenv("CORS_ALLOWED_ORIGINS", "https://old.example, https://app.example", 1);
	ck_assert(load(FOR_GATEWAY, NULL) == ST_OK);
	ck_assert_str_eq(settings.cors_origins, "https://old.example, https://app.example");
	setenv("STUDYTRACKER_AUTH", "on", 1);
	ck_assert(load(FOR_GATEWAY, NULL) == ST_OK);
	ck_assert_str_eq(settings.cors_origins, "https://old.example, https://app.example");
	setenv("CORS_ALLOW_ORIGINS", "https://new.example", 1);
	ck_assert(load(FOR_GATEWAY, NULL) == ST_OK);
	ck_assert_str_eq(settings.cors_origins, "https://new.example");
}
END_TEST

START_TEST(rates_and_networks_are_kept_as_texts)
{
	setenv("STUDYTRACKER_RATE_ACCOUNT", "0", 1);
	setenv("STUDYTRACKER_RATE_ADDRESS", "300/60", 1);
	setenv("STUDYTRACKER_TRUSTED_PROXIES", "unix, 10.0.0.7, 2001:db8::/32", 1);
	ck_assert_msg(load(FOR_GATEWAY, NULL) == ST_OK, "%s", why.text);
	ck_assert_str_eq(settings.rate_account, "0");
	ck_assert_str_eq(settings.rate_address, "300/60");
	ck_assert_str_eq(settings.rate_login_account, "");
	ck_assert_str_eq(settings.trusted_proxies, "unix, 10.0.0.7, 2001:db8::/32");
}
END_TEST

static const struct {
	const char *first, *second, *text;
} arguments[] = {
	{ "--prt", "80", "unknown argument \"--prt\": see --help" },
	{ "--", NULL, "unknown argument \"--\": see --help" },
	{ "80", NULL, "unknown argument \"80\": see --help" },
	{ "-p", "80", "unknown argument \"-p\": see --help" },
	{ "", NULL, "unknown argument \"\": see --help" },
	{ "--database-url=x", NULL,
		"unknown argument \"--database-url=x\": see --help" }, /* a setting of the worker */
	{ "--port", NULL, "--port needs a value: see --help" },
};

START_TEST(an_unknown_argument_is_refused)
{
	ck_assert(load(FOR_GATEWAY, ARGS(arguments[_i].first, arguments[_i].second))
		  == ST_BAD_SETTING);
	ck_assert_str_eq(why.text, arguments[_i].text);
}
END_TEST

START_TEST(settings_that_a_program_does_not_use_are_not_checked)
{
	setenv("API_PORT", "nonsense", 1);
	ck_assert(load(FOR_WORKER, NULL) == ST_OK);
}
END_TEST

START_TEST(endpoint_lists_are_split)
{
	char endpoint[ENDPOINT_MAX];
	const char *at = " ipc:///a , tcp://127.0.0.1:1,,";
	ck_assert(settings_next_endpoint(&at, endpoint, sizeof endpoint));
	ck_assert_str_eq(endpoint, "ipc:///a");
	ck_assert(settings_next_endpoint(&at, endpoint, sizeof endpoint));
	ck_assert_str_eq(endpoint, "tcp://127.0.0.1:1");
	ck_assert(!settings_next_endpoint(&at, endpoint, sizeof endpoint));
}
END_TEST

START_TEST(every_default_is_a_valid_value)
{
	/* load() checks the default of each row by the rule of the row. */
	ck_assert(load(FOR_GATEWAY, NULL) == ST_OK);
	ck_assert(load(FOR_WORKER, NULL) == ST_OK);
	ck_assert(load(FOR_DEV, NULL) == ST_OK);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
	TCase *tests = tcase_create("settings");
	tcase_add_checked_fixture(tests, forget_environment, NULL);
	tcase_add_test(tests, the_defaults_are_as_documented);
	tcase_add_test(tests, a_flag_wins_over_the_environment_and_the_environment_over_the_table);
	tcase_add_test(tests, an_empty_variable_is_not_set_except_a_list_that_may_be_empty);
	tcase_add_test(tests, a_default_is_told_from_the_same_value_that_is_set);
	tcase_add_test(tests, hosts_are_names_and_addresses_without_port);
	tcase_add_test(tests, endpoints_follow_the_runtime_directory_and_the_instance);
	tcase_add_loop_test(tests, booleans_take_the_usual_words, 0, COUNT(true_words));
	tcase_add_loop_test(tests, names_of_the_tz_database_are_accepted, 0, COUNT(zones));
	tcase_add_loop_test(
		tests, a_wrong_value_is_refused_with_its_name_and_sets_nothing, 0, COUNT(refused));
	tcase_add_test(tests, an_error_names_the_flag_if_a_flag_is_wrong);
	tcase_add_loop_test(tests, an_error_says_what_is_wrong, 0, COUNT(errors));
	tcase_add_loop_test(tests, lists_for_pages_of_other_origins_are_accepted, 0, COUNT(lists));
	tcase_add_loop_test(
		tests, with_accounts_every_page_may_call_unless_a_list_is_given, 0, COUNT(origins));
	tcase_add_test(tests, the_origins_of_the_earlier_service_count_if_none_are_set);
	tcase_add_test(tests, rates_and_networks_are_kept_as_texts);
	tcase_add_loop_test(tests, an_unknown_argument_is_refused, 0, COUNT(arguments));
	tcase_add_test(tests, settings_that_a_program_does_not_use_are_not_checked);
	tcase_add_test(tests, endpoint_lists_are_split);
	tcase_add_test(tests, every_default_is_a_valid_value);
	return suite_run("settings", tests);
}
