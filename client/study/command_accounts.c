#include "client/study/command_accounts.h"

#include "client/study/account_name.h"
#include "client/study/entity_table.h"
#include "client/study/service.h"

static int run_list(struct study *study, const struct arguments *args);
static int run_change(struct study *study, const struct arguments *args);

enum { SEARCH };

static const struct option list_options[] = {
	[SEARCH] = { "search", OPTION_TEXT, "TEXT", "text in a name or an e-mail address" },
	{ 0 },
};

static const char *const roles[] = { "learner", "admin", NULL };

static const struct option name_word[] = {
	{ "name", OPTION_TEXT, NULL, "user name, e-mail address or @ID" },
	{ 0 },
};

static const struct option role_words[] = {
	{ "name", OPTION_TEXT, NULL, "user name, e-mail address or @ID" },
	{ "role", OPTION_CHOICE, NULL, "learner or admin", .choices = roles },
	{ 0 },
};

/* A command that changes one thing of an account. */
struct change {
	const char *method, *param;
	const char *value; /* NULL: the second word */
	const char *past;
};

static const struct change disabling = { "accounts.update", "status", "disabled", "Disabled" };
static const struct change enabling = { "accounts.update", "status", "active", "Enabled" };
static const struct change role_change = { "accounts.update", "role", NULL, "Changed" };
static const struct change deletion = { "accounts.delete", NULL, NULL, "Deleted" };

static const struct command list_command = { "account list", "", "List the accounts of the service",
	NULL, list_options, 0, 0, run_list };

static const struct command disable_command = { "account disable", "NAME",
	"Refuse every request of an account, and end its log-ins", NULL, NULL, 1, 1, run_change,
	name_word, &disabling };

static const struct command enable_command = { "account enable", "NAME",
	"Let a disabled account send requests again", NULL, NULL, 1, 1, run_change, name_word,
	&enabling };

static const struct command role_command = { "account role", "NAME ROLE",
	"Change the role of an account", NULL, NULL, 2, 2, run_change, role_words, &role_change };

static const struct command delete_command = { "account delete", "NAME",
	"Delete an account with all its rows",
	"Nobody can restore it. Account 1 and the last admin can't be deleted.\n", NULL, 1, 1,
	run_change, name_word, &deletion };

const struct command *const account_commands[] = { &list_command, &account_create_command,
	&disable_command, &enable_command, &account_password_command, &role_command,
	&delete_command, &account_export_command, NULL };

/* List. */

static const struct entity_field columns[] = {
	{ "id", "Id", .is_number = true },
	{ "username", "User name" },
	{ "email", "E-mail" },
	{ "role", "Role" },
	{ "status", "Status" },
	{ "created_at", "Created", .is_instant = true },
	{ "name", "Name" },
	{ 0 },
};

static void fill(struct study_params *params, const void *arg)
{
	const struct option_value *given = arg;
	if (given[SEARCH].is_given)
		study_params_text(params, "q", given[SEARCH].text);
}

static int run_list(struct study *study, const struct arguments *args)
{
	struct pages pages = {
		.study = study, .method = "accounts.list", .fill = fill, .arg = args->own
	};
	int exit = study->is_json ? pages_print_json(&pages)
				  : entity_table_list(&pages, columns, "No accounts match");
	pages_fini(&pages);
	return exit;
}

/* Changes. */

static int call_change(struct study *study, const struct change *change, const char *name,
	struct study_params **params)
{
	if (study->is_json)
		return service_print(study, change->method, params);
	int exit = service_call(study, change->method, *params, NULL);
	if (exit == STUDY_EXIT_DONE) {
		fprintf(study->out.to, "%s account ", change->past);
		terminal_text(&study->out, name);
		fputc('\n', study->out.to);
	}
	return exit;
}

static int run_change(struct study *study, const struct arguments *args)
{
	const struct change *change = args->command->about;
	struct option_value words[WORDS_MAX] = { 0 };
	char why[256];
	int64_t id = 0;
	if (!options_take_words(args->command->word_help, args, words, why)) {
		study_print_error(study, "%s", why);
		return STUDY_EXIT_USAGE;
	}
	int exit = account_name_find(study, words[0].text, &id);
	if (exit != STUDY_EXIT_DONE)
		return exit;
	struct study_params *params = service_params(study);
	if (!params)
		return STUDY_EXIT_UNREACHABLE;
	study_params_int(params, "account_id", id);
	if (change->param)
		study_params_text(
			params, change->param, change->value ? change->value : words[1].text);
	exit = call_change(study, change, words[0].text, &params);
	study_params_free(&params);
	return exit;
}
