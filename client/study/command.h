/*
 * command: what every command of `study` is made of, and the one struct that is handed down.
 *
 * A command is a file, command_NAME.c, with its `struct command` at the top; main.c holds the
 * table of them. `run` returns the exit status of the program.
 */
#ifndef STUDY_COMMAND_H
#define STUDY_COMMAND_H

#include "client/study/options.h"
#include "client/study/terminal.h"
#include "client/studytracker.h"
#include "common/curve.h"

enum study_exit {
	STUDY_EXIT_DONE,
	STUDY_EXIT_REFUSED,     /* the service said no */
	STUDY_EXIT_USAGE,       /* also a file that can't be read or written */
	STUDY_EXIT_UNREACHABLE, /* also no answer in time, or not able to now */
	STUDY_EXIT_LINES,       /* an import refused lines */
};

struct study {
	struct terminal out, err;
	const char *endpoints; /* NULL: looked for where gateways put them */
	char *found;           /* what was found there */
	int timeout_ms;        /* 0: not said */
	bool is_json;
	struct curve *curve;
	struct study_client *client; /* NULL until service_open */
};

struct command {
	const char *name, *words, *summary;
	const char *details;          /* more lines of --help, or NULL */
	const struct option *options; /* ends with a NULL name; NULL: none */
	int words_min, words_max;
	int (*run)(struct study *study, const struct arguments *args);
};

extern const struct command command_topics, command_log, command_sessions, command_stats,
	command_heatmap, command_import, command_export, command_account, command_rpc,
	command_status, command_keys;

#endif
