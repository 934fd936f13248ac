#include "schema/generate/model_command.h"

#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "schema/generate/model.h"
#include "schema/generate/model_field.h"
#include "schema/generate/model_name.h"

/* By the kind of a field. An argument of NULL is made from the field. */
static const struct {
	const char *option, *argument, *help;
	bool is_number;
} kind_table[FIELD_KINDS] = {
	[FIELD_NAME] = { "OPTION_TEXT", "TEXT", "text" },
	[FIELD_TEXT] = { "OPTION_TEXT", "TEXT", "text" },
	[FIELD_INT] = { "OPTION_INT", "N", "whole number", true },
	[FIELD_REAL] = { "OPTION_REAL", "N", "number", true },
	[FIELD_BOOL] = { "OPTION_BOOL", "", "yes; with =no: no" },
	[FIELD_CHOICE] = { "OPTION_CHOICE", "WORD", NULL },
	[FIELD_DATE] = { "OPTION_DATE", "DAY", "YYYY-MM-DD, yesterday, today or tomorrow" },
	[FIELD_TIME] = { "OPTION_TIME", "TIME", "HH:MM" },
	[FIELD_INSTANT] = { "OPTION_TEXT", "TIME",
		"YYYY-MM-DDTHH:MM:SS in the account's zone, or with Z or an offset" },
	[FIELD_REFERENCE] = { "OPTION_INT", "ID", NULL, true },
	[FIELD_IDS] = { "OPTION_IDS", "ID", NULL },
	[FIELD_TAGS] = { "OPTION_TEXTS", "TAG", "name of a tag; repeat the option for more" },
	[FIELD_OBJECTS] = { "OPTION_OBJECTS", NULL, "repeat the option for more" },
	[FIELD_VERSION] = { "", "", "" },
	[FIELD_DERIVED] = { "", "", "" },
	[FIELD_COPY] = { "", "", "" },
	[FIELD_LOOKUP] = { "", "", "" },
	[FIELD_COMPUTED] = { "", "", "" },
};

/* A list is cleared by an empty list. */
static bool is_clearable(const struct field *f)
{
	return (f->flags & FIELD_CLEARS) || (model_field_is_list(f) && (f->flags & FIELD_CHANGES));
}

/* Names. */

static struct span without_end(struct span name, const char *end)
{
	size_t len = strlen(end);
	bool has_end = name.len > len && memcmp(name.bytes + name.len - len, end, len) == 0;
	return (struct span){ name.bytes, name.len - (has_end ? len : 0) };
}

/* goal_id: goal. attendee_ids: attendee. tags: tag. */
static struct span option_name(const struct field *f)
{
	struct span name = span_of(f->name); /* the elements of a list have no name */
	if (f->kind == FIELD_REFERENCE)
		return without_end(name, "_id");
	if (f->kind == FIELD_IDS)
		return without_end(name, "_ids");
	return model_field_is_list(f) ? without_end(name, "s") : name;
}

/* For the manual: roff prints a hyphen-minus only for \\-. */
static void set_roff(struct record *r, const char *name, const char *text)
{
	char copy[1024] = { 0 };
	for (size_t len = 0; *text && len + 2 < sizeof copy; text++) {
		if (*text == '-')
			copy[len++] = '\\';
		copy[len++] = *text;
	}
	record_set(r, name, "%s", copy);
}

/* TEAM_NAME[:RELEVANCE] */
static void set_objects_argument(struct record *r, const struct field *f)
{
	char text[NAME_MAX] = "";
	size_t len = 0;
	for (size_t i = 0; i < f->item_count && len < sizeof text; i++)
		len += (size_t)snprintf(text + len, sizeof text - len,
			i == 0                               ? "%s"
			: f->items[i].flags & FIELD_REQUIRED ? ":%s"
							     : "[:%s]",
			f->items[i].name);
	model_set_upper(r, "argument", text);
}

/* Help. */

static void set_limited_help(struct record *r, const struct field *f, const char *help)
{
	bool is_number = f->kind == FIELD_INT || f->kind == FIELD_REAL;
	if (f->max == 0 || f->max == INT64_MAX)
		record_set(r, "help", "%s", help);
	else if (is_number)
		record_set(r, "help", "%" PRId64 " to %" PRId64, f->min, f->max);
	else
		record_set(r, "help", "%s, up to %" PRId64 " characters", help, f->max);
}

static void set_choices_help(struct record *r, const struct field *f)
{
	char text[1024] = "";
	size_t len = 0;
	for (size_t i = 0; f->choices[i] && len < sizeof text; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
			i == 0              ? ""
			: f->choices[i + 1] ? ", "
					    : " or ",
			f->choices[i]);
	record_set(r, "help", "%s", text);
}

static void set_id_help(struct record *r, const struct field *f)
{
	const struct entity *other = f->of ? model_entity(span_of(f->of)) : NULL;
	const char *more = f->kind == FIELD_IDS ? "; repeat the option for more" : "";
	record_set(r, "help", "id%s", more);
	if (!other)
		return;
	model_set_label(r, "help", other);
	const char *label = record_copy(r->tree, record_text_of(r, "help"));
	record_set(r, "help", "id of %s %s%s", strchr("aeiou", *label) ? "an" : "a", label, more);
}

static void set_help(struct record *r, const struct field *f)
{
	const char *help = kind_table[f->kind].help;
	if (f->help)
		record_set(r, "help", "%s", f->help);
	else if (f->kind == FIELD_CHOICE)
		set_choices_help(r, f);
	else if (f->kind == FIELD_INT || f->kind == FIELD_REAL || f->kind == FIELD_TEXT)
		set_limited_help(r, f, help);
	else if (help)
		record_set(r, "help", "%s", help);
	else
		set_id_help(r, f);
}

void model_command_describe_field(struct record *r, const struct field *f)
{
	const char *argument = kind_table[f->kind].argument;
	model_set_words(r, "option", option_name(f), '-');
	model_set_title(r, "title", f->name ? f->name : "");
	record_set(r, "option_kind", "%s", kind_table[f->kind].option);
	record_set(r, "argument", "%s", argument ? argument : "");
	if (!argument)
		set_objects_argument(r, f);
	set_help(r, f);
	set_roff(r, "man_option", record_text_of(r, "option"));
	model_set_upper(r, "man_word", record_text_of(r, "option"));
	set_roff(r, "man_word", record_text_of(r, "man_word"));
	set_roff(r, "man_help", record_text_of(r, "help"));
	record_flag(r, "default_text", false);
	if (f->fallback && !model_field_is_list(f) && f->kind != FIELD_BOOL)
		record_set(record_add(r, "default_text"), "text", "%s", f->fallback);
	record_flag(r, "is_flag", f->kind == FIELD_BOOL);
	record_flag(r, "is_time",
		f->kind == FIELD_INSTANT || f->kind == FIELD_VERSION
			|| (f->type && strcmp(f->type, "timestamptz") == 0));
	record_flag(r, "is_number",
		kind_table[f->kind].is_number || (f->type && strcmp(f->type, "int") == 0));
}

/* Entities. */

static void put_shown(struct record *root, const struct entity *e)
{
	record_flag(root, "shown", false);
	for (const char *const *name = e->shown; name && *name; name++)
		model_field_describe(record_add(root, "shown"), model_field_find(e, *name));
}

static void put_caption(struct record *root, const struct entity *e)
{
	record_set(root, "caption", "%s", "");
	for (size_t i = e->field_count; i-- > 0;)
		if (e->fields[i].kind == FIELD_TEXT && (e->fields[i].flags & FIELD_REQUIRED))
			record_set(root, "caption", "%s", e->fields[i].name);
}

/* The label of several, if the table is `one` with an s; else the name of the table. */
static void put_plural(struct record *root, const struct entity *e)
{
	size_t len = strlen(e->name), one_len = strlen(e->one);
	bool has_s = len == one_len + 1 && memcmp(e->name, e->one, one_len) == 0;
	if (e->label && has_s && e->name[one_len] == 's')
		record_set(root, "plural", "%ss", e->label);
	else
		model_set_words(root, "plural", span_of(e->name), ' ');
}

static void put_clears(struct record *root, const struct entity *e)
{
	record_flag(root, "clears", false);
	for (size_t i = 0; i < e->field_count; i++) {
		const struct field *f = &e->fields[i];
		if (is_clearable(f))
			model_set_words(record_add(root, "clears"), "option", option_name(f), '-');
	}
	record_flag(root, "has_clears", record_list_of(root, "clears") != NULL);
}

void model_command_describe(struct record *root, const struct entity *e)
{
	record_flag(root, "has_command", e->shown && e->verbs);
	model_set_words(root, "command", span_of(e->command ? e->command : e->one), '-');
	set_roff(root, "man_command", record_text_of(root, "command"));
	put_plural(root, e);
	put_clears(root, e);
	put_shown(root, e);
	put_caption(root, e);
}
