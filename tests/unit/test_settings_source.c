/* Where values come from: flags, the environment and settings files, by the environment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/settings_table.h"
#include "common/settings_tasks.h"
#include "common/settings_warn.h"
#include "tests/unit/suite.h"

static struct settings settings;
static enum settings_task task;
static struct fail why;
static char directory[] = "/tmp/test_settings_source.XXXXXX";
static const char *const files[] = { ".env", ".env.testing", "named.env" };
static char warnings[1024];

#define COUNT(table) (int)(sizeof(table) / sizeof *(table))

static void open_directory(void)
{
	ck_assert_ptr_nonnull(mkdtemp(directory));
	ck_assert_int_eq(chdir(directory), 0);
	clearenv();
}

static void close_directory(void)
{
	settings_fini(&settings);
	for (int i = 0; i < COUNT(files); i++)
		(void)unlink(files[i]);
	(void)rmdir(directory);
}

static void write_file(const char *path, const char *text)
{
	FILE *to = fopen(path, "w");
	ck_assert_ptr_nonnull(to);
	(void)fputs(text, to);
	(void)fclose(to);
	ck_assert_int_eq(chmod(path, 0600), 0);
}

/* Loads with up to two arguments. */
static enum status load(enum settings_user user, const char *first, const char *second)
{
	char arguments[3][256] = { "program" };
	char *argv[] = { arguments[0], arguments[1], arguments[2], NULL };
	(void)snprintf(arguments[1], sizeof arguments[1], "%s", first ? first : "");
	(void)snprintf(arguments[2], sizeof arguments[2], "%s", second ? second : "");
	settings_fini(&settings);
	return settings_load(user, 1 + !!first + !!second, argv, &settings, &task, &why);
}

static void put_environment(const char *assignments)
{
	char text[256];
	(void)snprintf(text, sizeof text, "%s", assignments ? assignments : "");
	char *rest = text;
	for (char *name; (name = strsep(&rest, " "));) {
		char *value = strchr(name, '=');
		if (!value)
			continue;
		*value = '\0';
		setenv(name, value + 1, 1);
	}
}

/* Each file sets APP_NAME to its own name. */
static void write_files(void)
{
	for (int i = 0; i < COUNT(files); i++) {
		char text[64];
		(void)snprintf(text, sizeof text, "APP_NAME=%s\n", files[i]);
		write_file(files[i], text);
	}
}

static const struct {
	const char *environment, *flag, *file; /* file: the one that is read, or NULL */
} selections[] = {
	{ NULL, NULL, NULL },
	{ "STUDYTRACKER_ENV=", NULL, NULL },
	{ "STUDYTRACKER_ENV=development", NULL, ".env" },
	{ "STUDYTRACKER_ENV=testing", NULL, ".env.testing" },
	{ "STUDYTRACKER_ENV=production", NULL, NULL },
	{ NULL, "--env=testing", ".env.testing" },
	{ "STUDYTRACKER_ENV=development", "--env=production", NULL },
	{ "STUDYTRACKER_ENV=production", "--env=", NULL },
	{ NULL, "--env-file=named.env", "named.env" },
	{ "STUDYTRACKER_ENV=development", "--env-file=named.env", "named.env" },
	{ "STUDYTRACKER_ENV=production", "--env-file=named.env", "named.env" },
	{ "STUDYTRACKER_ENV_FILE=named.env", NULL, "named.env" },
	{ "STUDYTRACKER_ENV_FILE=.env", "--env-file=named.env", "named.env" },
	{ "STUDYTRACKER_ENV=testing STUDYTRACKER_ENV_FILE=", NULL, ".env.testing" },
	/* the variables of the earlier service */
	{ "APP_CONFIG=development", NULL, ".env" },
	{ "FLASK_ENV=testing", NULL, ".env.testing" },
	{ "APP_CONFIG=testing FLASK_ENV=development", NULL, ".env.testing" },
	{ "APP_CONFIG=prod FLASK_ENV=development", NULL, ".env" },
	{ "APP_CONFIG=config.ProductionConfig", NULL, NULL },
	{ "STUDYTRACKER_ENV=production APP_CONFIG=development", NULL, NULL },
	{ "STUDYTRACKER_ENV= FLASK_ENV=development", NULL, ".env" },
	{ "FLASK_ENV=development", "--env=testing", ".env.testing" },
};

START_TEST(the_environment_selects_the_file)
{
	const char *file = selections[_i].file;
	write_files();
	put_environment(selections[_i].environment);
	ck_assert_msg(load(FOR_GATEWAY, selections[_i].flag, NULL) == ST_OK, "%s", why.text);
	ck_assert_str_eq(settings.env_file, file ? file : "");
	ck_assert_str_eq(settings.app_name, file ? file : "DevOps Study Tracker");
}
END_TEST

START_TEST(the_files_of_environments_may_be_missing)
{
	ck_assert(load(FOR_GATEWAY, "--env=development", NULL) == ST_OK);
	ck_assert(load(FOR_GATEWAY, "--env=testing", NULL) == ST_OK);
	ck_assert_str_eq(settings.environment, "testing");
	ck_assert_str_eq(settings.env_file, "");
}
END_TEST

START_TEST(flags_win_over_variables_and_variables_over_the_file)
{
	write_file(".env", "API_PORT=1000\nAPP_NAME=file\nCORS_ALLOW_ORIGINS=http://a.b\n");
	put_environment("STUDYTRACKER_ENV=development APP_NAME=");
	ck_assert(load(FOR_GATEWAY, NULL, NULL) == ST_OK);
	ck_assert_int_eq(settings.api_port, 1000);
	ck_assert_str_eq(settings.app_name, "file"); /* an empty variable is not set */
	ck_assert_str_eq(settings.cors_origins, "http://a.b");
	put_environment("API_PORT=2000 CORS_ALLOW_ORIGINS=");
	ck_assert(load(FOR_GATEWAY, NULL, NULL) == ST_OK);
	ck_assert_int_eq(settings.api_port, 2000);
	ck_assert_str_eq(settings.cors_origins, ""); /* here, empty is a value */
	ck_assert(load(FOR_GATEWAY, "--port=3000", NULL) == ST_OK);
	ck_assert_int_eq(settings.api_port, 3000);
}
END_TEST

static const struct {
	enum settings_user user;
	const char *environment, *flag, *file, *error;
} refused[] = {
	{ FOR_GATEWAY, "STUDYTRACKER_ENV=staging", NULL, "",
		"STUDYTRACKER_ENV is \"staging\": it must be development" },
	{ FOR_GATEWAY, NULL, "--env=Production", "",
		"--env is \"Production\": it must be development" },
	{ FOR_GATEWAY, NULL, "--env-file=missing.env", "",
		"STUDYTRACKER_ENV_FILE: missing.env can't be opened: No such file" },
	{ FOR_GATEWAY, NULL, "--env-file=.", "", ". can't be read: Is a directory" },
	{ FOR_GATEWAY, "STUDYTRACKER_ENV=development", NULL, "API_PORT=80\nAPP_NAME\n",
		".env:2: it must be NAME=VALUE" },
	{ FOR_GATEWAY, "STUDYTRACKER_ENV=development", NULL, "\nAPI_PORT=x\n",
		".env:2: API_PORT is \"x\": it must be a whole number" },
	{ FOR_GATEWAY, NULL, "--env-file=.env", "STUDYTRACKER_ENV=prod\n",
		".env:1: STUDYTRACKER_ENV is \"prod\": it must be development" },
	/* secrets */
	{ FOR_WORKER,
		"STUDYTRACKER_ENV=production DATABASE_URL=postgresql://postgres:postgres@db/study",
		NULL, "", "DATABASE_URL contains a secret that is widely known" },
	{ FOR_WORKER, "FLASK_ENV=production DATABASE_URL=password=change-me", NULL, "",
		"DATABASE_URL contains a secret that is widely known" },
	{ FOR_WORKER, "STUDYTRACKER_ENV=production", "--database-url=postgresql://me:me@db/study",
		"", "--database-url contains a secret that is widely known" },
	{ FOR_WORKER, NULL, "--env-file=.env",
		"STUDYTRACKER_ENV=production\nDATABASE_URL=postgresql://me:secret@db/\n",
		".env:2: DATABASE_URL contains a secret that is widely known" },
	{ FOR_WORKER, "STUDYTRACKER_ENV=production PGPASSWORD=postgres", NULL, "",
		"PGPASSWORD contains a secret that is widely known" },
	{ FOR_WORKER, "STUDYTRACKER_ENV=production", "--env-file=.env", "PGPASSWORD=postgres\n",
		".env:1: PGPASSWORD contains a secret that is widely known" },
};

START_TEST(a_mistake_is_refused_with_its_place_and_without_a_secret)
{
	write_file(".env", refused[_i].file);
	put_environment(refused[_i].environment);
	ck_assert(load(refused[_i].user, refused[_i].flag, NULL) == ST_BAD_SETTING);
	ck_assert_msg(strncmp(why.text, refused[_i].error, strlen(refused[_i].error)) == 0, "%s",
		why.text);
	ck_assert_ptr_null(strstr(why.text, "postgresql://"));
	ck_assert_ptr_null(settings.file);
}
END_TEST

static const struct {
	enum settings_user user;
	const char *environment;
} secure[] = {
	{ FOR_WORKER, "STUDYTRACKER_ENV=production DATABASE_URL=postgresql://me@/study?host=/run" },
	{ FOR_WORKER,
		"STUDYTRACKER_ENV=production DATABASE_URL=postgresql://me:Xq8vT2mW@db/study" },
	{ FOR_WORKER, "STUDYTRACKER_ENV=development DATABASE_URL=postgresql://me:me@db/study" },
	{ FOR_WORKER, "DATABASE_URL=postgresql://postgres:postgres@db/study" },
	{ FOR_GATEWAY, "STUDYTRACKER_ENV=production DATABASE_URL=postgresql://a:a@b PGPASSWORD=x" },
};

START_TEST(other_secrets_and_other_environments_are_accepted)
{
	put_environment(secure[_i].environment);
	ck_assert_msg(load(secure[_i].user, NULL, NULL) == ST_OK, "%s", why.text);
}
END_TEST

static char *printed(void)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	settings_print(&settings, task, "program", to);
	(void)fclose(to);
	return text;
}

static const char *const lines[] = {
	"\nSTUDYTRACKER_ENV=development  (environment FLASK_ENV)\n",
	"\nSTUDYTRACKER_ENV_FILE=.env  (default)\n",
	"\nDATABASE_URL=postgresql://me:***@db/study  (file .env line 2)\n",
	"\nSTUDYTRACKER_TIME_ZONE=CET  (environment)\n",
	"\nSTUDYTRACKER_CREDIT=7  (flag --credit)\n",
	"\nSTUDYTRACKER_GATEWAYS=ipc:///run/studytracker/workers/workers-*.sock  (default)\n",
	"\nSTUDYTRACKER_LOG_LEVEL=info  (default)\n",
};

START_TEST(values_are_printed_with_their_origins_and_without_secrets)
{
	write_file(".env", "# database\nDATABASE_URL='postgresql://me:Xq8v@db/study'\n");
	put_environment("FLASK_ENV=development STUDYTRACKER_TIME_ZONE=CET");
	ck_assert_msg(load(FOR_WORKER, "--print-settings", "--credit=7") == ST_OK, "%s", why.text);
	char *values = printed(), all[4096];
	(void)snprintf(all, sizeof all, "\n%s", values);
	free(values);
	for (int i = 0; i < COUNT(lines); i++)
		ck_assert_msg(strstr(all, lines[i]) != NULL, "%s is not in %s", lines[i], all);
	ck_assert_ptr_null(strstr(all, "API_PORT")); /* a setting of the gateway */
}
END_TEST

START_TEST(print_settings_refuses_what_a_start_refuses)
{
	put_environment("API_PORT=x");
	ck_assert(load(FOR_GATEWAY, "--print-settings", NULL) == ST_BAD_SETTING);
}
END_TEST

START_TEST(the_file_is_printed_as_shell_commands)
{
	write_file(".env",
		"DATABASE_URL=\"it's\\$x\"\nSECRET_KEY=x\nAPI_PORT=1\nPGHOST=a\nPGHOST=b\n"
		"PGUSER=c\nAPP_NAME='a\nb'\nCORS_ALLOW_ORIGINS=*\n");
	put_environment("API_PORT=2 PGUSER=d CORS_ALLOW_ORIGINS=");
	ck_assert(load(FOR_GATEWAY, "--env=development", "--print-env-file") == ST_OK);
	char *commands = printed();
	ck_assert_str_eq(commands, "export DATABASE_URL='it'\\''s$x'\nexport PGHOST='b'\n"
				   "export APP_NAME='a\nb'\n");
	free(commands);
}
END_TEST

START_TEST(variables_of_a_library_are_passed_on)
{
	write_file(".env", "PGHOST=a\nPGHOST=b\nPGUSER=c\nPGPORT=1\nLD_PRELOAD=x\n");
	put_environment("PGUSER=d PGPORT=");
	ck_assert(load(FOR_WORKER, "--env=development", NULL) == ST_OK);
	ck_assert(settings_export(&settings, "PG") == ST_OK);
	ck_assert_str_eq(getenv("PGHOST"), "b");
	ck_assert_str_eq(getenv("PGUSER"), "d");
	ck_assert_str_eq(getenv("PGPORT"), "1");
	ck_assert_ptr_null(getenv("LD_PRELOAD"));
}
END_TEST

static void on_warning(const char *text)
{
	strncat(warnings, text, sizeof warnings - strlen(warnings) - 2);
	strcat(warnings, ";");
}

static const struct {
	const char *environment, *file, *warnings;
} mistakes[] = {
	{ "STUDYTRACKER_CREDIT=1 STUDYTRACKER_DATA_DIR=/x PATH=/bin", "API_PORT=1\nSECRET_KEY=x\n",
		"" },
	{ "STUDYTRACKER_DEADLNE_MS=1", "",
		"STUDYTRACKER_DEADLNE_MS is not a setting of StudyTracker: ignored;" },
	{ NULL, "\nSTUDYTRACKER_DEADLNE_MS=1\n",
		"named.env:2: STUDYTRACKER_DEADLNE_MS is not a setting of StudyTracker: ignored;" },
	{ NULL, "STUDYTRACKER_ENV_FILE=x\n",
		"named.env:1: STUDYTRACKER_ENV_FILE has no effect in a settings file: ignored;" },
	{ "APP_CONFIG=/etc/secret", "",
		"APP_CONFIG names no environment of StudyTracker (development, testing or "
		"production): ignored;" },
	{ NULL, "FLASK_ENV=prod\n",
		"named.env:1: FLASK_ENV names no environment of StudyTracker (development, testing "
		"or production): ignored;" },
	{ "APP_CONFIG=x STUDYTRACKER_ENV=testing FLASK_ENV=", "", "" },
};

START_TEST(a_mistake_that_stops_nothing_is_named)
{
	*warnings = '\0';
	write_file("named.env", mistakes[_i].file);
	put_environment(mistakes[_i].environment);
	ck_assert_msg(load(FOR_GATEWAY, "--env-file=named.env", NULL) == ST_OK, "%s", why.text);
	settings_warn(&settings, on_warning);
	ck_assert_str_eq(warnings, mistakes[_i].warnings);
}
END_TEST

static const struct {
	const char *file;
	mode_t mode;
	bool is_warned;
} shared[] = {
	{ "DATABASE_URL=postgresql://me:x@db/\n", 0644, true },
	{ "DATABASE_URL=postgresql://me:x@db/\n", 0640, false },
	{ "DATABASE_URL=postgresql://me@db/\n", 0644, false },
	{ "PGPASSWORD=x\n", 0604, true },
	{ "API_PORT=1\n", 0644, false },
};

START_TEST(a_secret_that_every_user_can_read_is_reported)
{
	*warnings = '\0';
	write_file("named.env", shared[_i].file);
	ck_assert_int_eq(chmod("named.env", shared[_i].mode), 0);
	ck_assert(load(FOR_GATEWAY, "--env-file", "named.env") == ST_OK);
	settings_warn(&settings, on_warning);
	ck_assert_str_eq(warnings, shared[_i].is_warned
					   ? "named.env contains a secret and every user of this "
					     "machine can read it: set its mode to 0640 or less;"
					   : "");
}
END_TEST

START_TEST(a_credential_is_the_value_if_no_other_is_given)
{
	setenv("CREDENTIALS_DIRECTORY", directory, 1);
	ck_assert(load(FOR_GATEWAY, NULL, NULL) == ST_OK);
	ck_assert_str_eq(settings.jwt_secret_file, ""); /* systemd has passed none */
	write_file("studytracker.jwt-secret", "x");
	ck_assert(load(FOR_GATEWAY, NULL, NULL) == ST_OK);
	ck_assert(strncmp(settings.jwt_secret_file, directory, strlen(directory)) == 0);
	ck_assert(settings_is_set(&settings, "STUDYTRACKER_JWT_SECRET_FILE"));
	ck_assert(load(FOR_WORKER, NULL, NULL) == ST_OK); /* does not use it */
	ck_assert_str_eq(settings.jwt_secret_file, "");
	ck_assert(load(FOR_GATEWAY, "--jwt-secret-file=mine", NULL) == ST_OK);
	ck_assert_str_eq(settings.jwt_secret_file, "mine");
	(void)unlink("studytracker.jwt-secret");
}
END_TEST

START_TEST(a_reload_reads_the_file_again_and_names_what_it_cannot_change)
{
	struct settings fresh = { 0 };
	static char program[] = "program", flag[] = "--env-file=named.env";
	static char *argv[] = { program, flag, NULL };
	*warnings = '\0';
	write_file("named.env", "APP_NAME=a\nCORS_ALLOW_ORIGINS=https://a.example\n");
	settings_fini(&settings);
	ck_assert(settings_load(FOR_GATEWAY, 2, argv, &settings, &task, &why) == ST_OK);
	write_file("named.env", "APP_NAME=b\nCORS_ALLOW_ORIGINS=https://b.example\n");
	ck_assert(settings_reload(&settings, &fresh, on_warning, &why) == ST_OK);
	ck_assert_str_eq(fresh.cors_origins, "https://b.example");
	ck_assert_str_eq(settings.cors_origins, "https://a.example");
	ck_assert_str_eq(warnings, "APP_NAME;");
	settings_fini(&fresh);
	write_file("named.env", "STUDYTRACKER_LOG_LEVEL=loud\n");
	ck_assert(settings_reload(&settings, &fresh, on_warning, &why) == ST_BAD_SETTING);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("settings_source");
	tcase_add_checked_fixture(tests, open_directory, close_directory);
	tcase_add_loop_test(tests, the_environment_selects_the_file, 0, COUNT(selections));
	tcase_add_test(tests, the_files_of_environments_may_be_missing);
	tcase_add_test(tests, flags_win_over_variables_and_variables_over_the_file);
	tcase_add_loop_test(
		tests, a_mistake_is_refused_with_its_place_and_without_a_secret, 0, COUNT(refused));
	tcase_add_loop_test(
		tests, other_secrets_and_other_environments_are_accepted, 0, COUNT(secure));
	tcase_add_test(tests, values_are_printed_with_their_origins_and_without_secrets);
	tcase_add_test(tests, print_settings_refuses_what_a_start_refuses);
	tcase_add_test(tests, the_file_is_printed_as_shell_commands);
	tcase_add_test(tests, variables_of_a_library_are_passed_on);
	tcase_add_loop_test(tests, a_mistake_that_stops_nothing_is_named, 0, COUNT(mistakes));
	tcase_add_loop_test(tests, a_secret_that_every_user_can_read_is_reported, 0, COUNT(shared));
	tcase_add_test(tests, a_credential_is_the_value_if_no_other_is_given);
	tcase_add_test(tests, a_reload_reads_the_file_again_and_names_what_it_cannot_change);
	return suite_run("settings_source", tests);
}
