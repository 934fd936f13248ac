/* study account create: over the service as an admin, or the first admin in the database itself. */
#include <string.h>

#include "client/study/command_accounts.h"
#include "client/study/first_admin.h"
#include "client/study/password.h"
#include "client/study/service.h"

static int run(struct study *study, const struct arguments *args);

enum { EMAIL, ROLE, PASSWORD_STDIN, DATABASE, CLAIM };

enum { ROLE_ADMIN = 1 };

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

static int exit_of(enum status st)
{
	static const enum status usage[] = { ST_INVALID_INPUT, ST_WEAK_PASSWORD, ST_BAD_SETTING };
	for (size_t i = 0; i < sizeof usage / sizeof *usage; i++)
		if (st == usage[i])
			return STUDY_EXIT_USAGE;
	return status_info(st)->retryable ? STUDY_EXIT_UNREACHABLE : STUDY_EXIT_REFUSED;
}

static int create_in_database(
	struct study *study, const struct arguments *args, const struct password *password)
{
	struct fail why = { 0 };
	int64_t id = 0;
	struct first_admin admin = { .url = args->own[DATABASE].text,
		.username = args->words[0],
		.password = password->text,
		.email = args->own[EMAIL].is_given ? args->own[EMAIL].text : NULL,
		.claims_first = args->own[CLAIM].is_given };
	enum status st = first_admin_create(&admin, &id, &why);
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
