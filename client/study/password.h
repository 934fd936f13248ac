/*
 * password: gets a password from a person at the terminal, or from a line of standard input.
 *
 *	struct password password;
 *	int exit = password_ask(study, "Password: ", from_stdin, &password);
 *	if (exit != STUDY_EXIT_DONE)
 *		return exit; // the error was printed
 *	...
 *	password_wipe(&password);
 *
 * A command never takes a password as an argument, because other users can read arguments.
 */
#ifndef STUDY_PASSWORD_H
#define STUDY_PASSWORD_H

#include "client/study/command.h"

enum { PASSWORD_SIZE = 1024 + 2 }; /* the service allows less */

struct password {
	char text[PASSWORD_SIZE];
};

/* The option of every command that needs a password. */
#define PASSWORD_STDIN_OPTION                                             \
	{                                                                 \
		"password-stdin", OPTION_FLAG, NULL,                      \
			"read the password from standard input, one line" \
	}

/* Both return STUDY_EXIT_DONE, or print an error and return its exit status; then the password is
 * wiped. */
int password_ask(
	const struct study *study, const char *prompt, bool from_stdin, struct password *out);

/* The same for a new password, which a person types twice. */
int password_ask_new(const struct study *study, bool from_stdin, struct password *out);

void password_wipe(struct password *password);

#endif
