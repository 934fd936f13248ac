/*
 * options: parses a command line by tables.
 *
 *	enum { TAG, LIMIT };
 *	static const struct option options[] = {
 *		[TAG] = { "tag", OPTION_TEXT, "NAME", "sessions of this topic", .param = "tag" },
 *		[LIMIT] = { "limit", OPTION_INT, "N", "maximum number", .min = 1, .max = 500 },
 *		{ 0 }
 *	};
 *	if (args->own[LIMIT].is_given) ... args->own[LIMIT].number
 *
 * Forms: `--name VALUE`, `--name=VALUE`, `-n VALUE`; `--` ends the options; words may come between
 * them. The last value of an option wins; an option of a list keeps all of its values. Call
 * options_free at the end.
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
	OPTION_REAL,    /* min..max */
	OPTION_BOOL,    /* `--name` or `--name=no` */
	OPTION_DATE,    /* YYYY-MM-DD, yesterday, today or tomorrow: see account_resolve */
	OPTION_TIME,    /* HH:MM */
	OPTION_CHOICE,  /* one of `choices` */
	OPTION_SECONDS, /* 0.001 to 86400, as milliseconds; min 0 allows 0 */
	OPTION_UUID,
	/* lists: each use of the option adds an element */
	OPTION_TEXTS,   /* if there are `choices`, each is one of them */
	OPTION_CHOICES, /* some of `choices`, comma-separated */
	OPTION_IDS,     /* whole numbers from 1 */
	OPTION_OBJECTS, /* FIRST:SECOND…: the members `items`. The last ones may be absent; the
	                   first one may contain colons if the others are there, even empty */
};

struct option {
	const char *name; /* without the dashes */
	enum option_kind kind;
	const char *argument, *help;
	const char *param; /* the param of the method, or NULL */
	int64_t min, max;
	const char *const *choices;
	char letter;
	const struct option *items; /* of OPTION_OBJECTS; ends with a NULL name */
};

struct option_value {
	bool is_given;
	const char *text;
	int64_t number;
	bool is_relative;  /* a day: `number` days from the account's today */
	char day[11];      /* account_resolve writes the day here and points text to it */
	const char **list; /* the texts of a list, in order */
	size_t list_count;
};

enum { OPTIONS_MAX = 32, WORDS_MAX = 6 };

struct command;

struct arguments {
	struct option_value common[OPTIONS_MAX], own[OPTIONS_MAX];
	const char *words[WORDS_MAX];
	int word_count;
	const struct command *command;
};

struct options_parser {
	const struct option *common, *own; /* own may be NULL */
	struct arguments *args;
	bool stops_at_word; /* for the options before the command */
	int words_max;
	char why[256]; /* the error, for people */
};

/* Parses from argv[from] on. Returns the index where it stopped: argc, or the first word. -1: see
 * `why`. */
int options_parse(struct options_parser *parser, int argc, char **argv, int from);

/* Reads the words as values of the options `words`, in this order. False: see `why`. */
bool options_take_words(const struct option *words, const struct arguments *args,
	struct option_value *values, char why[256]);

void options_free(struct arguments *args);

/* The index of the option of that name; -1: there is none. */
int options_find(const struct option *options, const char *name);

/* Adds the given options that have a param. */
void options_to_params(const struct option *options, const struct option_value *values,
	struct study_params *params);

/* Prints the lines of --help. */
void options_print(const struct option *options, FILE *to);

/* Reads "45", "1:30", "1h", "1h30", "1h30m" or "90m". */
bool options_minutes(const char *text, int64_t *out);

#endif
