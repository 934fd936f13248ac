/* study whoami: the account that commands act for, and the credential that says so. */
#include "client/study/command.h"
#include "client/study/service.h"

static int run(struct study *study, const struct arguments *args);

const struct command command_whoami = { "whoami", "",
	"Show the account that commands act for, and their token", NULL, NULL, 0, 0, run };

static const struct {
	const char *word, *text;
} source_table[] = {
	[CREDENTIAL_UNKNOWN] = { "none", "none" },
	[CREDENTIAL_NONE] = { "none", "none" },
	[CREDENTIAL_VARIABLE] = { "variable", "the token of STUDYTRACKER_TOKEN" },
	[CREDENTIAL_FILE] = { "file", "token" },
};

static void print_field(const struct study *study, const char *label,
	const struct study_value *account, const char *key)
{
	const char *text = study_value_text(study_value_get(account, key), NULL);
	if (!text)
		return;
	terminal_left(&study->out, label, 12);
	terminal_text(&study->out, text);
	fputc('\n', study->out.to);
}

static void print_credential(const struct study *study)
{
	char path[PATH_MAX];
	FILE *to = study->out.to;
	const struct credential *c = &study->credential;
	terminal_left(&study->out, "Credential", 12);
	fputs(source_table[c->source].text, to);
	if (c->source == CREDENTIAL_FILE && c->stored.id > 0)
		fprintf(to, " %lld", (long long)c->stored.id);
	if (c->source == CREDENTIAL_FILE && token_file_path(path, NULL) == ST_OK) {
		fputs(" of ", to);
		terminal_text(&study->out, path);
	}
	if (c->source == CREDENTIAL_NONE && study->curve)
		fputs(", besides the key of --key-file", to);
	fputc('\n', to);
}

static void print(const struct study *study, const struct study_value *account)
{
	terminal_left(&study->out, "Account", 12);
	fprintf(study->out.to, "%lld\n",
		(long long)study_value_int(study_value_get(account, "id"), 0));
	print_field(study, "User name", account, "username");
	print_field(study, "E-mail", account, "email");
	print_field(study, "Name", account, "name");
	print_field(study, "Role", account, "role");
	print_credential(study);
}

static int print_json(struct study *study, const struct study_value *account)
{
	FILE *to = study->out.to;
	const struct credential *c = &study->credential;
	fputs("{\"account\":", to);
	int exit = service_write_value(study, account);
	fprintf(to, ",\"credential\":\"%s\",\"token_id\":", source_table[c->source].word);
	if (c->stored.id > 0)
		fprintf(to, "%lld}\n", (long long)c->stored.id);
	else
		fputs("null}\n", to);
	return exit;
}

static int run(struct study *study, const struct arguments *args)
{
	struct study_value *account = NULL;
	(void)args;
	int exit = service_call(study, "account.get", NULL, &account);
	if (exit == STUDY_EXIT_DONE && study->is_json)
		exit = print_json(study, account);
	else if (exit == STUDY_EXIT_DONE)
		print(study, account);
	study_value_free(&account);
	return exit;
}
