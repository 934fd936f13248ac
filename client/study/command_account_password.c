/* study account password: sets the password of another person, or changes one's own. */
#include "client/study/command_accounts.h"
#include "client/study/account_name.h"
#include "client/study/password.h"
#include "client/study/service.h"

static int run(struct study *study, const struct arguments *args);

enum { PASSWORD_STDIN };

static const struct option options[] = {
	[PASSWORD_STDIN] = PASSWORD_STDIN_OPTION,
	{ 0 },
};

static const struct option words[] = {
	{ "name", OPTION_TEXT, NULL, "user name, e-mail address or @ID; none: your own account" },
	{ 0 },
};

const struct command account_password_command = { "account password", "[NAME]",
	"Set the password of an account, or change your own",
	"Ends all log-ins of the account; personal tokens stay valid. Without NAME it asks for "
	"the\n"
	"current password first; with --password-stdin, standard input has it in the first line "
	"and\n"
	"the new one in the second line.\n",
	options, 0, 1, run, words };

static void print_tokens(const struct study *study, const struct study_value *tokens)
{
	if (study_value_count(tokens) == 0)
		return;
	fputs("These tokens are still valid; study token revoke ID ends one:\n", study->out.to);
	for (size_t i = 0; i < study_value_count(tokens); i++) {
		const struct study_value *token = study_value_at(tokens, i);
		fprintf(study->out.to, "%lld  ",
			(long long)study_value_int(study_value_get(token, "id"), 0));
		terminal_text(&study->out, study_value_text(study_value_get(token, "name"), "?"));
		fputc('\n', study->out.to);
	}
}

static int call(struct study *study, const char *method, struct study_params **params)
{
	struct study_value *result = NULL;
	if (study->is_json)
		return service_print(study, method, params);
	int exit = service_call(study, method, *params, &result);
	if (exit == STUDY_EXIT_DONE) {
		fputs("The password is changed\n", study->out.to);
		print_tokens(study, study_value_get(result, "tokens"));
	}
	study_value_free(&result);
	return exit;
}

static int put_account(struct study *study, const char *name, struct study_params *params)
{
	int64_t id = 0;
	int exit = account_name_find(study, name, &id);
	if (exit == STUDY_EXIT_DONE)
		study_params_int(params, "account_id", id);
	return exit;
}

static int put_current(struct study *study, bool from_stdin, struct study_params *params)
{
	struct password current;
	int exit = password_ask(study, "Current password: ", from_stdin, &current);
	if (exit == STUDY_EXIT_DONE)
		study_params_text(params, "current_password", current.text);
	password_wipe(&current);
	return exit;
}

static int put_new(struct study *study, bool from_stdin, struct study_params *params)
{
	struct password password;
	int exit = password_ask_new(study, from_stdin, &password);
	if (exit == STUDY_EXIT_DONE)
		study_params_text(params, "new_password", password.text);
	password_wipe(&password);
	return exit;
}

static int run(struct study *study, const struct arguments *args)
{
	const char *name = args->word_count > 0 ? args->words[0] : NULL;
	bool from_stdin = args->own[PASSWORD_STDIN].is_given;
	struct study_params *params = service_params(study);
	if (!params)
		return STUDY_EXIT_UNREACHABLE;
	int exit = name ? put_account(study, name, params) : put_current(study, from_stdin, params);
	if (exit == STUDY_EXIT_DONE)
		exit = put_new(study, from_stdin, params);
	if (exit == STUDY_EXIT_DONE)
		exit = call(
			study, name ? "accounts.set_password" : "account.change_password", &params);
	study_params_free(&params);
	return exit;
}
