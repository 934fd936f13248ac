#include "client/study/entity_command.h"

#include <ctype.h>
#include <string.h>

#include "client/study/option_kinds.h"

static const struct entity_verb verb_table[] = {
	{ "list", "list", ENTITY_LIST, ENTITY_PRINTS_LIST, "List", NULL },
	{ "show", "get", ENTITY_GET, ENTITY_PRINTS_ROW, "Show", NULL },
	{ "add", "create", ENTITY_CREATE, ENTITY_REPORTS_ROW, "Add", "Added" },
	{ "edit", "update", ENTITY_UPDATE, ENTITY_REPORTS_ROW, "Change", "Changed" },
	{ "delete", "delete", ENTITY_DELETE, ENTITY_REPORTS_ROW, "Delete", "Deleted" },
	{ "restore", "restore", ENTITY_RESTORE, ENTITY_REPORTS_ROW, "Restore", "Restored" },
};

static const struct entity_shortcut shortcut_table[] = {
	{ "tasks", "start", "status", "in_progress", "Mark a task as started", "Started" },
	{ "tasks", "done", "status", "done", "Mark a task as done", "Finished" },
	{ "tasks", "move", "date", NULL, "Move a task to another day", "Moved" },
	{ "action_items", "done", "status", "done", "Mark an action item as done", "Finished" },
	{ "action_items", "move", "due_date", NULL, "Move an action item to another day", "Moved" },
	{ "action_items", "task", NULL, NULL, "Make a task from an action item", "Made",
		.method = "tasks.from_action_item", .result = "tasks" },
	{ "goals", "start", "status", "in_progress", "Mark a goal as started", "Started" },
	{ "goals", "done", "status", "completed", "Mark a goal as completed", "Finished" },
	{ "goals", "progress", "progress_percentage", NULL, "Set the progress of a goal",
		"Changed" },
	{ "milestones", "done", "completed", "yes", "Mark a milestone as completed", "Finished" },
	{ "meetings", "move", "meeting_date", NULL, "Move a meeting to another day", "Moved" },
	{ "skills", "level", "confidence_level", NULL, "Set the confidence in a skill", "Changed" },
	{ "projects", "archive", "classification", "archive", "Archive a project", "Archived" },
};

/* Commands with one word. */
static const struct {
	const char *word, *entity, *verb;
	bool needs_number; /* the word is the entity's own, and a number follows it */
} alias_table[] = {
	{ "learn", "learnings", "add", false },
	{ "energy", "energy_checkins", "add", true },
};

enum {
	VERB_COUNT = sizeof verb_table / sizeof *verb_table,
	SHORTCUT_COUNT = sizeof shortcut_table / sizeof *shortcut_table,
	ALIAS_COUNT = sizeof alias_table / sizeof *alias_table,
};

/* Finding. */

static const struct entity_verb *find_verb(const struct entity *entity, const char *word)
{
	for (int i = 0; i < VERB_COUNT; i++)
		if ((entity->verbs & verb_table[i].needs) && strcmp(verb_table[i].word, word) == 0)
			return &verb_table[i];
	return NULL;
}

static bool is_of(const struct entity_shortcut *s, const struct entity *entity)
{
	return strcmp(s->entity, entity->name) == 0 && (entity->verbs & ENTITY_UPDATE);
}

static const struct entity_shortcut *find_shortcut(const struct entity *entity, const char *word)
{
	for (int i = 0; i < SHORTCUT_COUNT; i++)
		if (is_of(&shortcut_table[i], entity) && strcmp(shortcut_table[i].word, word) == 0)
			return &shortcut_table[i];
	return NULL;
}

const char *entity_command_word(const struct entity *entity, size_t index)
{
	for (int i = 0; i < VERB_COUNT; i++)
		if ((entity->verbs & verb_table[i].needs) && index-- == 0)
			return verb_table[i].word;
	for (int i = 0; i < SHORTCUT_COUNT; i++)
		if (is_of(&shortcut_table[i], entity) && index-- == 0)
			return shortcut_table[i].word;
	return NULL;
}

const char *entity_command_alias(size_t index, const struct entity **entity)
{
	for (int i = 0; i < ALIAS_COUNT; i++) {
		*entity = entity_named(alias_table[i].entity);
		bool is_there = *entity && !alias_table[i].needs_number;
		if (is_there && index-- == 0)
			return alias_table[i].word;
	}
	return NULL;
}

/* Texts. */

static void write_summary(
	const struct entity *entity, const struct entity_verb *verb, char *out, size_t size)
{
	const char *article = strchr("aeiou", *entity->label) ? "an" : "a";
	if (verb->needs == ENTITY_LIST)
		(void)snprintf(out, size, "List %s", entity->plural);
	else if (verb->needs == ENTITY_RESTORE)
		(void)snprintf(out, size, "Restore a deleted %s", entity->label);
	else
		(void)snprintf(out, size, "%s %s %s", verb->summary, article, entity->label);
}

void entity_command_summary(
	const struct entity *entity, const char *word, char *out, size_t out_size)
{
	const struct entity_verb *verb = find_verb(entity, word);
	const struct entity_shortcut *shortcut = find_shortcut(entity, word);
	if (verb)
		write_summary(entity, verb, out, out_size);
	else
		(void)snprintf(out, out_size, "%s", shortcut ? shortcut->summary : "");
}

/* TITLE MEETING-DATE */
static void write_words(struct entity_command *c)
{
	size_t len = 0;
	c->shown_words[0] = '\0';
	for (const struct option *word = c->words; word->name; word++) {
		if (len > 0 && len + 1 < sizeof c->shown_words)
			c->shown_words[len++] = ' ';
		for (const char *at = word->name; *at && len + 1 < sizeof c->shown_words; at++)
			c->shown_words[len++] = (char)toupper((unsigned char)*at);
		c->shown_words[len] = '\0';
	}
}

/* Making. */

static const struct option *words_of(const struct entity_command *c)
{
	switch (c->verb->needs) {
	case ENTITY_LIST:
		return c->entity->parents;
	case ENTITY_CREATE:
		return c->entity->required;
	default:
		return NULL;
	}
}

static const struct option *options_of(const struct entity_command *c)
{
	if (c->shortcut)
		return NULL;
	switch (c->verb->needs) {
	case ENTITY_LIST:
		return c->entity->filters;
	case ENTITY_CREATE:
		return c->entity->creates;
	case ENTITY_UPDATE:
		return c->entity->changes;
	default:
		return NULL;
	}
}

const struct option *entity_command_field(const struct entity *entity, const char *field)
{
	for (const struct option *o = entity->changes; o->name; o++)
		if (o->param && strcmp(o->param, field) == 0)
			return o;
	return NULL;
}

static void make_words(struct entity_command *c)
{
	int count = 0;
	const struct option *words = words_of(c);
	for (; words && words->name && count < WORDS_MAX; words++)
		c->words[count++] = *words;
	if (!words)
		c->words[count++] = c->entity->key;
	if (c->shortcut && c->shortcut->field && !c->shortcut->value)
		c->words[count++] = *entity_command_field(c->entity, c->shortcut->field);
	c->words[count] = (struct option){ 0 };
	c->command.words_min = c->command.words_max = count;
}

static void make(struct entity_command *c, const char *name)
{
	c->command = (struct command){ .name = c->name,
		.words = c->shown_words,
		.summary = c->summary,
		.options = options_of(c),
		.run = command_entity_run,
		.word_help = c->words,
		.about = c };
	make_words(c);
	write_words(c);
	(void)snprintf(c->name, sizeof c->name, "%s", name);
	if (c->shortcut)
		(void)snprintf(c->summary, sizeof c->summary, "%s", c->shortcut->summary);
	else
		write_summary(c->entity, c->verb, c->summary, sizeof c->summary);
}

static bool make_alias(char *const *argv, int argc, struct entity_command *out)
{
	for (int i = 0; i < ALIAS_COUNT; i++) {
		bool is_number = argc > 1 && isdigit((unsigned char)*argv[1]);
		if (strcmp(alias_table[i].word, argv[0]) != 0
			|| (alias_table[i].needs_number && !is_number))
			continue;
		*out = (struct entity_command){ .entity = entity_named(alias_table[i].entity) };
		out->verb = out->entity ? find_verb(out->entity, alias_table[i].verb) : NULL;
		if (!out->verb)
			return false;
		make(out, argv[0]);
		return true;
	}
	return false;
}

bool entity_command_find(char *const *argv, int argc, struct entity_command *out, int *used)
{
	*used = 1;
	if (make_alias(argv, argc, out))
		return true;
	const struct entity *entity = entity_of_word(argv[0]);
	const char *word = argc > 1 && *argv[1] != '-' ? argv[1] : NULL;
	char name[sizeof out->name];
	if (!entity)
		return false;
	*out = (struct entity_command){ .entity = entity };
	out->verb = find_verb(entity, word ? word : "list");
	out->shortcut = word && !out->verb ? find_shortcut(entity, word) : NULL;
	if (out->shortcut)
		out->verb = find_verb(entity, "edit");
	if (!out->verb)
		return false;
	(void)snprintf(name, sizeof name, "%s %s", argv[0], word ? word : "list");
	make(out, name);
	*used = word ? 2 : 1;
	return true;
}
