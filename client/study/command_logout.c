/* study logout: revokes the token that study login has kept, and removes its file. */
#include <stdlib.h>
#include <string.h>

#include "client/study/command.h"
#include "client/study/service.h"

static int run(struct study *study, const struct arguments *args);

const struct command command_logout = { "logout", "",
	"Revoke the token of study login, and remove it",
	"If the service does not know the token any more, the file is removed all the same.\n"
	"If the service can't be reached, the token stays valid, and the file stays.\n",
	NULL, 0, 0, run };

/* True if the token is of no use whatever happens: revoked, expired, of a disabled or deleted
 * account, or of another service. */
static bool is_gone(const struct study_error *why)
{
	static const char *const codes[] = { "TOKEN_NOT_FOUND", "TOKEN_INVALID", "TOKEN_EXPIRED",
		"TOKEN_REVOKED", "ACCOUNT_DISABLED", "ACCOUNT_NOT_FOUND" };
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(why->code, codes[i]) == 0)
			return true;
	return false;
}

static int revoke_token(struct study *study, int64_t id)
{
	struct study_params *params = NULL;
	int exit = service_open(study);
	if (exit != STUDY_EXIT_DONE)
		return exit;
	if (!(params = service_params(study)))
		return STUDY_EXIT_UNREACHABLE;
	study_params_int(params, "token_id", id);
	if (service_try(study, "tokens.delete", params, NULL) != STUDY_OK
		&& !is_gone(study_client_error(study->client)))
		exit = service_report(study, study_client_error(study->client));
	study_params_free(&params);
	return exit;
}

static int remove_file(const struct study *study)
{
	struct fail why = { 0 };
	const char *variable = getenv("STUDYTRACKER_TOKEN");
	if (token_file_remove(&why) != ST_OK) {
		study_print_error(study, "%s", why.text);
		return STUDY_EXIT_USAGE;
	}
	if (variable && *variable)
		fputs("STUDYTRACKER_TOKEN is set, and its token is still valid\n", study->err.to);
	fputs(study->is_json ? "{\"logged_out\":true}\n" : "Logged out\n", study->out.to);
	return STUDY_EXIT_DONE;
}

/* It is about the token of the file, whatever STUDYTRACKER_TOKEN is. */
static int run(struct study *study, const struct arguments *args)
{
	struct fail why = { 0 };
	struct credential *c = &study->credential;
	enum status st = token_file_read(&c->stored, &why);
	(void)args;
	if (st == ST_NOT_FOUND) {
		study_print_error(study, "nobody is logged in");
		return STUDY_EXIT_USAGE;
	}
	if (st != ST_OK) {
		study_print_error(study, "%s", why.text);
		return STUDY_EXIT_USAGE;
	}
	c->source = CREDENTIAL_FILE;
	int exit = c->stored.id > 0 ? revoke_token(study, c->stored.id) : STUDY_EXIT_DONE;
	return exit == STUDY_EXIT_DONE ? remove_file(study) : exit;
}
