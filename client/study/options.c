#include "client/study/options.h"

#include <stdlib.h>
#include <string.h>

#include "client/study/option_kinds.h"
#include "common/buf.h"

/* Finding options. */

struct found {
	const struct option *option;
	struct option_value *value;
};

static bool is_named(const struct option *o, const char *name, size_t len)
{
	if (name[0] != '-') /* a letter */
		return len == 1 && o->letter && o->letter == *name;
	return strlen(o->name) == len - 2 && memcmp(o->name, name + 2, len - 2) == 0;
}

static struct found find(const struct options_parser *p, const char *name, size_t len)
{
	for (int i = 0; p->own && p->own[i].name; i++)
		if (is_named(&p->own[i], name, len))
			return (struct found){ &p->own[i], &p->args->own[i] };
	for (int i = 0; p->common[i].name; i++)
		if (is_named(&p->common[i], name, len))
			return (struct found){ &p->common[i], &p->args->common[i] };
	return (struct found){ NULL, NULL };
}

static bool is_option(const char *arg)
{
	return arg[0] == '-' && arg[1] != '\0';
}

/* Takes one option with its value. Returns the index after them, or -1. */
static int take_option(struct options_parser *p, int argc, char **argv, int at)
{
	const char *arg = argv[at];
	bool is_long = arg[1] == '-';
	size_t len = is_long ? strcspn(arg, "=") : 1;
	struct found f = find(p, is_long ? arg : arg + 1, len);
	const char *attached =
		is_long ? (arg[len] ? arg + len + 1 : NULL) : (arg[2] ? arg + 2 : NULL);
	if (!f.option || (f.option->kind == OPTION_FLAG && attached)) {
		(void)snprintf(p->why, sizeof p->why,
			f.option ? "%s takes no value" : "unknown option %s", arg);
		return -1;
	}
	bool takes_next = option_takes_value(f.option->kind) && !attached;
	if (takes_next && at + 1 == argc) {
		(void)snprintf(p->why, sizeof p->why, "%s needs %s", arg, f.option->argument);
		return -1;
	}
	const char *text = takes_next ? argv[at + 1] : attached;
	if (!option_read(f.option, text, "--", f.value, p->why))
		return -1;
	return at + 1 + takes_next;
}

static bool take_word(struct options_parser *p, const char *word)
{
	if (p->args->word_count == p->words_max) {
		(void)snprintf(p->why, sizeof p->why,
			"unexpected %s (words that belong together need quotes)", word);
		return false;
	}
	p->args->words[p->args->word_count++] = word;
	return true;
}

int options_parse(struct options_parser *p, int argc, char **argv, int at)
{
	bool has_ended = false;
	while (at >= 0 && at < argc) {
		bool is_end = !has_ended && strcmp(argv[at], "--") == 0;
		if (!is_end && !has_ended && is_option(argv[at])) {
			at = take_option(p, argc, argv, at);
			continue;
		}
		if (!is_end && p->stops_at_word)
			return at;
		if (!is_end && !take_word(p, argv[at]))
			return -1;
		has_ended = has_ended || is_end;
		at++;
	}
	return at;
}

bool options_take_words(const struct option *words, const struct arguments *args,
	struct option_value *values, char why[256])
{
	for (int i = 0; i < args->word_count && words[i].name; i++)
		if (!option_read(&words[i], args->words[i], "", &values[i], why))
			return false;
	return true;
}

void options_free(struct arguments *args)
{
	for (int i = 0; i < OPTIONS_MAX; i++) {
		free(args->own[i].list);
		free(args->common[i].list);
		args->own[i].list = args->common[i].list = NULL;
	}
}

int options_find(const struct option *options, const char *name)
{
	for (int i = 0; options[i].name; i++)
		if (strcmp(options[i].name, name) == 0)
			return i;
	return -1;
}

void options_to_params(const struct option *options, const struct option_value *values,
	struct study_params *params)
{
	for (int i = 0; options && options[i].name; i++)
		if (values[i].is_given && options[i].param)
			option_put(&options[i], &values[i], params);
}

enum { LEFT_SIZE = 96, LEFT_LEAST = 24 };

/* "-h, --help", "--tag NAME" */
static int write_left(const struct option *o, char left[LEFT_SIZE])
{
	char letter[8] = "";
	if (o->letter)
		(void)snprintf(letter, sizeof letter, "-%c, ", o->letter);
	return snprintf(left, LEFT_SIZE, "%s--%s%s%s", letter, o->name, o->argument ? " " : "",
		o->argument ? o->argument : "");
}

void options_print(const struct option *options, FILE *to)
{
	char left[LEFT_SIZE];
	int width = LEFT_LEAST;
	for (int i = 0; options && options[i].name; i++) {
		int wanted = write_left(&options[i], left);
		width = wanted > width ? wanted : width;
	}
	for (int i = 0; options && options[i].name; i++) {
		(void)write_left(&options[i], left);
		fprintf(to, "  %-*s  %s\n", width, left, options[i].help);
	}
}

static bool read_number(const char **at, int64_t *out)
{
	size_t len = strspn(*at, "0123456789");
	if (len == 0 || len > 6 || !span_to_int((struct span){ *at, len }, out))
		return false;
	*at += len;
	return true;
}

bool options_minutes(const char *text, int64_t *out)
{
	int64_t hours = 0, minutes = 0;
	const char *at = text;
	if (!read_number(&at, &minutes))
		return false;
	if (*at == ':' || *at == 'h') {
		bool is_clock = *at++ == ':';
		hours = minutes;
		minutes = 0;
		if ((*at || is_clock) && (!read_number(&at, &minutes) || minutes > 59))
			return false;
	}
	if (*at == 'm')
		at++;
	*out = hours * 60 + minutes;
	return *at == '\0';
}
