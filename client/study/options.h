/*
 * options: what stands on a command line, by tables.
 *
 *	enum { TAG, LIMIT };
 *	static const struct option options[] = {
 *		[TAG] = { "tag", OPTION_TEXT, "NAME", "of this topic", .param = "tag" },
 *		[LIMIT] = { "limit", OPTION_INT, "N", "so many", .min = 1, .max = 500 },
 *		{ 0 }
 *	};
 *	if (args->own[LIMIT].is_given) ... args->own[LIMIT].number
 *
 * `--name VALUE`, `--name=VALUE`, `-n VALUE`; `--` ends them; words may stand between. What is
 * given twice counts as it was given last.
 */
#ifndef STUDY_OPTIONS_H
#define STUDY_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "client/studytracker.h"

enum option_kind {
	OPTION_FLAG,
	OPTION_TEXT,
	OPTION_INT,     /* min..max */
	OPTION_DATE,    /* YYYY-MM-DD, or today or yesterday: see account_resolve */
	OPTION_CHOICE,  /* one of `choices` */
	OPTION_SECONDS, /* 0.001 to 86400, as milliseconds; min 0 allows 0 */
	OPTION_UUID
};

struct option {
	const char *name; /* without its dashes */
	enum option_kind kind;
	const char *argument, *help;
	const char *param; /* of the method it becomes, or NULL */
	int64_t min, max;
	const char *const *choices;
	char letter;
};

struct option_value {
	bool is_given;
	const char *text;
	int64_t number;
	bool is_relative; /* a day: number days from the account's today, which is not known yet */
	char day[11];     /* what text is then */
};

enum { OPTIONS_MAX = 12, WORDS_MAX = 2 };

struct arguments {
	struct option_value common[OPTIONS_MAX], own[OPTIONS_MAX];
	const char *words[WORDS_MAX];
	int word_count;
};

struct options_parser {
	const struct option *common, *own; /* own may be NULL */
	struct arguments *args;
	bool stops_at_word; /* before the command */
	int words_max;
	char why[256]; /* what is wrong, for people */
};

/* argv[from] and on. The index of what was not taken: argc, or the first word. -1: see why. */
int options_parse(struct options_parser *parser, int argc, char **argv, int from);

/* Puts what was given and has a param. */
void options_to_params(const struct option *options, const struct option_value *values,
	struct study_params *params);

/* Lines of --help. */
void options_print(const struct option *options, FILE *to);

/* "45", "1:30", "1h", "1h30", "1h30m", "90m"; false: none of them. */
bool options_minutes(const char *text, int64_t *out);

#endif
