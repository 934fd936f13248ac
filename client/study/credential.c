#include "client/study/credential.h"

#include <stdlib.h>
#include <string.h>

static bool take_variable(struct credential *c, const char *token, struct fail *why)
{
	if (strlen(token) >= sizeof c->stored.token) {
		(void)fail_set(
			why, ST_BAD_SETTING, "STUDYTRACKER_TOKEN is no token: it is too long");
		return false;
	}
	memcpy(c->stored.token, token, strlen(token) + 1);
	c->source = CREDENTIAL_VARIABLE;
	return true;
}

bool credential_find(struct credential *c, struct fail *why)
{
	const char *variable = getenv("STUDYTRACKER_TOKEN");
	if (c->source != CREDENTIAL_UNKNOWN)
		return true;
	if (variable && *variable)
		return take_variable(c, variable, why);
	enum status st = token_file_read(&c->stored, why);
	if (st != ST_OK && st != ST_NOT_FOUND)
		return false;
	c->source = st == ST_OK ? CREDENTIAL_FILE : CREDENTIAL_NONE;
	return true;
}

void credential_drop(struct credential *c)
{
	token_file_wipe(&c->stored);
	c->source = CREDENTIAL_NONE;
}

const char *credential_hint(const struct credential *c, const char *code)
{
	static const char *const codes[] = { "UNAUTHENTICATED", "TOKEN_INVALID", "TOKEN_EXPIRED",
		"TOKEN_REVOKED", "WRONG_TOKEN_TYPE" };
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(code, codes[i]) == 0)
			return c->source == CREDENTIAL_VARIABLE ? ": set STUDYTRACKER_TOKEN to "
								  "another token, or unset it and "
								  "run `study login`"
								: ": run `study login`";
	return "";
}
