#include "client/study/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/date.h"
#include "common/uuid.h"

/* Values: each kind has a function that checks it and sets the error. */

static bool check_text(const struct option *o, struct option_value *v, char *why, size_t size)
{
	(void)o, (void)v, (void)why, (void)size;
	return true;
}

static bool check_int(const struct option *o, struct option_value *v, char *why, size_t size)
{
	if (span_to_int(span_of(v->text), &v->number) && v->number >= o->min && v->number <= o->max)
		return true;
	(void)snprintf(why, size, "a whole number from %lld to %lld", (long long)o->min,
		(long long)o->max);
	return false;
}

static bool check_date(const struct option *o, struct option_value *v, char *why, size_t size)
{
	(void)o;
	(void)snprintf(why, size, "a day that exists (YYYY-MM-DD), today or yesterday");
	v->is_relative = strcmp(v->text, "today") == 0 || strcmp(v->text, "yesterday") == 0;
	v->number = *v->text == 'y' ? -1 : 0;
	return v->is_relative || date_parse(span_of(v->text), &v->number);
}

static bool check_choice(const struct option *o, struct option_value *v, char *why, size_t size)
{
	size_t at = (size_t)snprintf(why, size, "one of");
	for (int i = 0; o->choices[i]; i++) {
		v->number = i;
		if (strcmp(o->choices[i], v->text) == 0)
			return true;
		if (at < size)
			at += (size_t)snprintf(
				why + at, size - at, "%s %s", i > 0 ? "," : "", o->choices[i]);
	}
	return false;
}

static bool check_seconds(const struct option *o, struct option_value *v, char *why, size_t size)
{
	char *end;
	errno = 0;
	double seconds = strtod(v->text, &end);
	double least = o->min == 0 ? 0 : 0.001;
	(void)snprintf(why, size, "seconds, up to 86400");
	if (errno != 0 || end == v->text || *end != '\0' || !(seconds >= least && seconds <= 86400))
		return false;
	v->number = (int64_t)(seconds * 1000 + 0.5);
	return true;
}

static bool check_uuid(const struct option *o, struct option_value *v, char *why, size_t size)
{
	unsigned char uuid[16];
	(void)o;
	(void)snprintf(why, size, "a UUID");
	return uuid_parse(span_of(v->text), uuid);
}

static bool (*const checks[])(const struct option *, struct option_value *, char *, size_t) = {
	[OPTION_FLAG] = check_text,
	[OPTION_TEXT] = check_text,
	[OPTION_INT] = check_int,
	[OPTION_DATE] = check_date,
	[OPTION_CHOICE] = check_choice,
	[OPTION_SECONDS] = check_seconds,
	[OPTION_UUID] = check_uuid,
};

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
	bool takes_next = f.option->kind != OPTION_FLAG && !attached;
	if (takes_next && at + 1 == argc) {
		(void)snprintf(p->why, sizeof p->why, "%s needs %s", arg, f.option->argument);
		return -1;
	}
	char rule[200] = "";
	f.value->text = takes_next ? argv[at + 1] : attached;
	f.value->is_given = true;
	if (!checks[f.option->kind](f.option, f.value, rule, sizeof rule)) {
		(void)snprintf(p->why, sizeof p->why, "--%s must be %s", f.option->name, rule);
		return -1;
	}
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

void options_to_params(const struct option *options, const struct option_value *values,
	struct study_params *params)
{
	for (int i = 0; options[i].name; i++) {
		if (!values[i].is_given || !options[i].param)
			continue;
		if (options[i].kind == OPTION_INT)
			study_params_int(params, options[i].param, values[i].number);
		else
			study_params_text(params, options[i].param, values[i].text);
	}
}

void options_print(const struct option *options, FILE *to)
{
	for (int i = 0; options && options[i].name; i++) {
		char left[64], letter[8] = "";
		const struct option *o = &options[i];
		if (o->letter)
			(void)snprintf(letter, sizeof letter, "-%c, ", o->letter);
		(void)snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name,
			o->argument ? " " : "", o->argument ? o->argument : "");
		fprintf(to, "  %-24s  %s\n", left, o->help);
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
