/*
 * command: the parts of every command of `study`, and the root struct that is passed down.
 *
 * A command is a file, command_NAME.c, with its `struct command` at the top; commands.c has the
 * table of commands. A command may have others, which a second word selects. The commands of
 * entities are made from a table (entity_command.h). `run` returns the exit status of the program.
 */
#ifndef STUDY_COMMAND_H
#define STUDY_COMMAND_H

#include "client/study/credential.h"
#include "client/study/options.h"
#include "client/study/terminal.h"
#include "client/studytracker.h"
#include "common/curve.h"

enum study_exit {
	STUDY_EXIT_DONE,
	STUDY_EXIT_REFUSED,     /* the service refused */
	STUDY_EXIT_USAGE,       /* or a file can't be read or written */
	STUDY_EXIT_UNREACHABLE, /* or no response in time, or temporarily unable */
	STUDY_EXIT_LINES,       /* lines of an import were refused */
};

struct study {
	struct terminal out, err;
	const char *endpoints; /* NULL: search the default places */
	char *found;           /* the result of that search */
	int timeout_ms;        /* 0: not given */
	bool is_json;
	struct curve *curve;
	struct credential credential; /* of the requests; looked for by service_open */
	struct study_client *client;  /* NULL until service_open */
};

struct command {
	const char *name, *words, *summary;
	const char *details;          /* more lines for --help, or NULL */
	const struct option *options; /* ends with a NULL name; NULL: none */
	int words_min, words_max;
	int (*run)(struct study *study, const struct arguments *args);
	const struct option *word_help; /* the words, for --help; ends with a NULL name; or NULL */
	const void *about;              /* for run */
	/* Those that a second word selects, such as "token list"; ends with NULL; or NULL. If `run`
	 * is NULL, the first word alone is the first of them. */
	const struct command *const *commands;
};

extern const struct command command_topics, command_log, command_sessions, command_stats,
	command_heatmap, command_import, command_export, command_account, command_rpc,
	command_status, command_keys, command_today, command_review, command_search, command_login,
	command_logout, command_whoami, command_token, command_backup, command_restore;

#endif
