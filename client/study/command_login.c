/* study login: exchanges a password for a token and keeps the token. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/study/command.h"
#include "client/study/password.h"
#include "client/study/prompt.h"
#include "client/study/service.h"

static int run(struct study *study, const struct arguments *args);

enum { PASSWORD_STDIN, NAME };

static const struct option options[] = {
	[PASSWORD_STDIN] = PASSWORD_STDIN_OPTION,
	[NAME] = { "name", OPTION_TEXT, "NAME", "name of the token (default: study on HOST)" },
	{ 0 },
};

const struct command command_login = { "login", "[USERNAME]", "Log in, and keep a token",
	"Asks for the user name, or the e-mail address, and the password. Keeps a token of the\n"
	"account in $XDG_CONFIG_HOME/study/token (~/.config/study/token), which only you can "
	"read,\n"
	"and revokes the token that was there. study logout revokes it.\n",
	options, 0, 1, run };

enum { USERNAME_SIZE = 256, TOKEN_NAME_SIZE = 101 };

static int ask_username(const struct study *study, char out[USERNAME_SIZE])
{
	enum prompt_result result = prompt_line("User name: ", PROMPT_SHOWN, out, USERNAME_SIZE);
	if (result == PROMPT_LINE && *out)
		return STUDY_EXIT_DONE;
	study_print_error(study, "%s",
		result == PROMPT_NO_TERMINAL ? "login needs USERNAME, because there is no terminal"
					     : "a user name is needed");
	return STUDY_EXIT_USAGE;
}

static void write_token_name(const struct option_value *given, char out[TOKEN_NAME_SIZE])
{
	char host[65] = "";
	(void)gethostname(host, sizeof host - 1);
	if (!given->is_given)
		(void)snprintf(out, TOKEN_NAME_SIZE, "study on %s", host);
}

/* Requests without a token from now on, until it has the new one. */
static int call(struct study *study, const char *username, const struct password *password,
	const struct option_value *name, struct study_value **out)
{
	char made[TOKEN_NAME_SIZE];
	struct study_params *params = service_params(study);
	if (!params)
		return STUDY_EXIT_UNREACHABLE;
	write_token_name(name, made);
	study_params_text(params, "username", username);
	study_params_text(params, "password", password->text);
	study_params_text(params, "name", name->is_given ? name->text : made);
	credential_drop(&study->credential);
	int exit = service_call(study, "tokens.log_in", params, out);
	study_params_free(&params);
	return exit;
}

static bool take(const struct study_value *issued, struct token_file *out)
{
	const struct study_value *token = study_value_get(issued, "token");
	if (study_value_length(token) == 0 || study_value_length(token) >= sizeof out->token)
		return false;
	(void)snprintf(out->token, sizeof out->token, "%s", study_value_text(token, ""));
	out->id = study_value_int(study_value_get(issued, "id"), 0);
	return true;
}

/* Revokes a token that nobody needs any more. A failure changes nothing for the person. */
static void revoke_token(struct study *study, const struct token_file *token)
{
	struct study_client *client = NULL;
	struct study_params *params = NULL;
	study->credential = (struct credential){ CREDENTIAL_FILE, *token };
	if (token->id > 0 && study_params_new(&params) == STUDY_OK
		&& service_open_client(study, service_endpoints(study), 0, &client)
			   == STUDY_EXIT_DONE) {
		study_params_int(params, "token_id", token->id);
		(void)!study_call(client, "tokens.delete", params, NULL);
	}
	study_client_close(&client);
	study_params_free(&params);
	credential_drop(&study->credential);
}

/* A token that can't be kept would be valid, and nobody would have it. */
static int keep(struct study *study, const struct token_file *token)
{
	struct token_file former;
	struct fail why = { 0 };
	bool has_former = token_file_read(&former, NULL) == ST_OK;
	bool is_kept = token_file_write(token, &why) == ST_OK;
	if (!is_kept)
		study_print_error(study, "%s", why.text);
	if (!is_kept)
		revoke_token(study, token);
	else if (has_former)
		revoke_token(study, &former);
	token_file_wipe(&former);
	return is_kept ? STUDY_EXIT_DONE : STUDY_EXIT_USAGE;
}

/* The response as JSON, without the token. */
static int print_json(struct study *study, const struct study_value *issued)
{
	FILE *to = study->out.to;
	const char *before = "{";
	for (size_t i = 0; i < study_value_count(issued); i++) {
		const char *key = study_value_key_at(issued, i);
		if (strcmp(key, "token") == 0)
			continue;
		fprintf(to, "%s\"%s\":", before, key);
		int exit = service_write_value(study, study_value_at(issued, i));
		if (exit != STUDY_EXIT_DONE)
			return exit;
		before = ",";
	}
	fputs("}\n", to);
	return STUDY_EXIT_DONE;
}

static void print_text(const struct study *study, const struct study_value *issued, const char *key)
{
	terminal_text(&study->out, study_value_text(study_value_get(issued, key), "?"));
}

static void print(const struct study *study, const struct study_value *issued)
{
	char path[PATH_MAX];
	FILE *to = study->out.to;
	if (token_file_path(path, NULL) != ST_OK)
		return;
	fputs("Logged in as ", to);
	print_text(study, issued, "username");
	fprintf(to, " (account %lld, ",
		(long long)study_value_int(study_value_get(issued, "account_id"), 0));
	print_text(study, issued, "role");
	fprintf(to, "); token %lld is kept in ",
		(long long)study_value_int(study_value_get(issued, "id"), 0));
	terminal_text(&study->out, path);
	fputc('\n', to);
}

static int finish(struct study *study, const struct study_value *issued)
{
	struct token_file token = { 0 };
	int exit = STUDY_EXIT_UNREACHABLE;
	const char *variable = getenv("STUDYTRACKER_TOKEN");
	if (take(issued, &token))
		exit = keep(study, &token);
	else
		study_print_error(study, "the response of tokens.log_in has no token");
	token_file_wipe(&token);
	if (exit != STUDY_EXIT_DONE)
		return exit;
	if (variable && *variable)
		fputs("STUDYTRACKER_TOKEN is set, and other commands use that token\n",
			study->err.to);
	if (study->is_json)
		return print_json(study, issued);
	print(study, issued);
	return STUDY_EXIT_DONE;
}

static int run(struct study *study, const struct arguments *args)
{
	char asked[USERNAME_SIZE];
	struct password password;
	struct study_value *issued = NULL;
	const char *username = args->word_count > 0 ? args->words[0] : asked;
	int exit = username == asked ? ask_username(study, asked) : STUDY_EXIT_DONE;
	if (exit == STUDY_EXIT_DONE)
		exit = password_ask(
			study, "Password: ", args->own[PASSWORD_STDIN].is_given, &password);
	if (exit != STUDY_EXIT_DONE)
		return exit;
	exit = call(study, username, &password, &args->own[NAME], &issued);
	password_wipe(&password);
	if (exit == STUDY_EXIT_DONE)
		exit = finish(study, issued);
	study_value_free(&issued);
	return exit;
}
