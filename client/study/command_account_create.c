/* study account create: over the service as an admin, or the first admin in the database itself. */
#include <string.h>

#include "client/study/command_accounts.h"
#include "client/study/database.h"
#include "client/study/password.h"
#include "client/study/service.h"
#include "common/crypto.h"
#include "common/settings.h"
#include "common/utf8.h"

static int run(struct study *study, const struct arguments *args);

enum { EMAIL, ROLE, PASSWORD_STDIN, DATABASE, CLAIM };

enum { PASSWORD_CHARS_MIN = 8, PASSWORD_CHARS_MAX = 256, ROLE_ADMIN = 1 };

static const char *const roles[] = { "learner", "admin", NULL };

static const struct option options[] = {
	[EMAIL] = { "email", OPTION_TEXT, "ADDRESS", "e-mail address, which may log in, too",
		.param = "email" },
	[ROLE] = { "role", OPTION_CHOICE, "ROLE", "learner (default) or admin", .param = "role",
		.choices = roles },
	[PASSWORD_STDIN] = PASSWORD_STDIN_OPTION,
	[DATABASE] = { "database", OPTION_TEXT, "URL",
		"create an admin in this database, as the role that owns the tables" },
	[CLAIM] = { "claim", OPTION_FLAG, NULL,
		"with --database: take over account 1 and its rows" },
	{ 0 },
};

static const struct option words[] = {
	{ "name", OPTION_TEXT, NULL, "user name, without blanks and @" },
	{ 0 },
};

const struct command account_create_command = { "account create", "NAME", "Create an account",
	"An admin creates accounts over the service. The first admin can't be created there, so\n"
	"--database creates it: that needs no gateway. Put no password into URL, because others "
	"can\n"
	"read it: set PGPASSWORD, or use ~/.pgpass.\n",
	options, 1, 1, run, words };

static int print(struct study *study, const char *username, int64_t id)
{
	if (study->is_json) {
		fprintf(study->out.to, "{\"id\":%lld}\n", (long long)id);
		return STUDY_EXIT_DONE;
	}
	fputs("Created account ", study->out.to);
	terminal_text(&study->out, username);
	fprintf(study->out.to, " (%lld)\n", (long long)id);
	return STUDY_EXIT_DONE;
}

/* Over the service. */

static int create_by_service(
	struct study *study, const struct arguments *args, const struct password *password)
{
	struct study_value *account = NULL;
	struct study_params *params = service_params(study);
	if (!params)
		return STUDY_EXIT_UNREACHABLE;
	study_params_text(params, "username", args->words[0]);
	study_params_text(params, "password", password->text);
	options_to_params(options, args->own, params);
	if (study->is_json)
		return service_print(study, "accounts.create", &params);
	int exit = service_call(study, "accounts.create", params, &account);
	if (exit == STUDY_EXIT_DONE)
		exit = print(
			study, args->words[0], study_value_int(study_value_get(account, "id"), 0));
	study_value_free(&account);
	study_params_free(&params);
	return exit;
}

/* In the database. */

/* The costs that workers use on this machine. */
static enum status read_costs(struct password_costs *out, struct fail *why)
{
	static char name[] = "study";
	char *const argv[] = { name, NULL };
	struct settings settings = { 0 };
	enum settings_task task;
	enum status st = settings_load(FOR_WORKER, 1, argv, &settings, &task, why);
	if (st != ST_OK)
		return st;
	out->memory_bytes = (size_t)settings.password_memory_mib << 20;
	out->passes = (unsigned)settings.password_passes;
	settings_fini(&settings);
	return ST_OK;
}

static enum status check_password(const struct password *password, struct fail *why)
{
	size_t len = strlen(password->text);
	size_t chars = utf8_is_valid(password->text, len) ? utf8_length(password->text, len) : 0;
	if (chars >= PASSWORD_CHARS_MIN && chars <= PASSWORD_CHARS_MAX)
		return ST_OK;
	return fail_set(why, ST_INVALID_INPUT,
		"the password must have %d to %d characters of UTF-8", PASSWORD_CHARS_MIN,
		PASSWORD_CHARS_MAX);
}

static enum status hash_password(
	const struct password *password, char out[CRYPTO_PASSWORD_HASH_SIZE], struct fail *why)
{
	struct password_costs costs;
	enum status st = check_password(password, why);
	if (st == ST_OK)
		st = crypto_init(why);
	if (st == ST_OK)
		st = read_costs(&costs, why);
	if (st == ST_OK)
		st = crypto_password_hash(span_of(password->text), &costs, out, why);
	return st;
}

static int exit_of(enum status st)
{
	static const enum status usage[] = { ST_INVALID_INPUT, ST_BAD_SETTING };
	for (size_t i = 0; i < sizeof usage / sizeof *usage; i++)
		if (st == usage[i])
			return STUDY_EXIT_USAGE;
	return status_info(st)->retryable ? STUDY_EXIT_UNREACHABLE : STUDY_EXIT_REFUSED;
}

static int create_in_database(
	struct study *study, const struct arguments *args, const struct password *password)
{
	char hash[CRYPTO_PASSWORD_HASH_SIZE];
	struct fail why = { 0 };
	int64_t id = 0;
	struct new_admin admin = { .username = args->words[0],
		.email = args->own[EMAIL].is_given ? args->own[EMAIL].text : NULL,
		.hash = hash,
		.claims_first = args->own[CLAIM].is_given };
	enum status st = hash_password(password, hash, &why);
	if (st == ST_OK)
		st = database_create_admin(args->own[DATABASE].text, &admin, &id, &why);
	if (st == ST_OK)
		return print(study, admin.username, id);
	if (st == ST_SYSTEM) /* the text is from outside, and the code says nothing */
		study_print_error(study, "%s", why.text);
	else
		study_print_error(study, "%s [%s]", fail_text(&why, st), status_info(st)->code);
	return exit_of(st);
}

static const char *why_wrong(const struct option_value *given)
{
	bool is_admin = given[ROLE].is_given && given[ROLE].number == ROLE_ADMIN;
	if (given[DATABASE].is_given && !is_admin)
		return "--database creates admins only: add --role admin";
	if (given[CLAIM].is_given && !given[DATABASE].is_given)
		return "--claim needs --database";
	return NULL;
}

static int run(struct study *study, const struct arguments *args)
{
	struct password password;
	if (why_wrong(args->own)) {
		study_print_error(study, "%s", why_wrong(args->own));
		return STUDY_EXIT_USAGE;
	}
	int exit = password_ask_new(study, args->own[PASSWORD_STDIN].is_given, &password);
	if (exit != STUDY_EXIT_DONE)
		return exit;
	exit = args->own[DATABASE].is_given ? create_in_database(study, args, &password)
					    : create_by_service(study, args, &password);
	password_wipe(&password);
	return exit;
}
