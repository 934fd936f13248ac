/*
 * credential: the token that the requests of a command show: that of STUDYTRACKER_TOKEN, else the
 * one that `study login` keeps.
 */
#ifndef STUDY_CREDENTIAL_H
#define STUDY_CREDENTIAL_H

#include <stdbool.h>

#include "client/study/token_file.h"

enum credential_source {
	CREDENTIAL_UNKNOWN, /* nobody has looked yet */
	CREDENTIAL_NONE,
	CREDENTIAL_VARIABLE, /* its id is not known */
	CREDENTIAL_FILE,
};

struct credential {
	enum credential_source source;
	struct token_file stored; /* zero without a token */
};

/* Looks for the token once. False: its file can't be used; `why` says what to do. */
bool credential_find(struct credential *c, struct fail *why);

/* For a request without a token. */
void credential_drop(struct credential *c);

/* What a person can do if the service refuses the request with that code, as the end of a sentence;
 * "" if it is not about the token. */
const char *credential_hint(const struct credential *c, const char *code);

#endif
