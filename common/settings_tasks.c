#include "common/settings_tasks.h"

#include "common/settings_table.h"
#include "common/settings_source.h"
#include "version.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *flag, *help;
	enum settings_task task;
} task_table[] = {
	{ "help", "print this and exit", SETTINGS_HELP },
	{ "version", "print the version and exit", SETTINGS_VERSION },
	{ "settings-table", "print every setting as a Markdown table and exit", SETTINGS_TABLE },
	{ "print-settings",
		"check the values of the settings, print each with its origin, without secrets, "
		"and exit",
		SETTINGS_VALUES },
	{ "print-env-file",
		"check the values of the settings, print those of the file as shell commands, with "
		"secrets, and exit",
		SETTINGS_FILE },
};

enum { TASK_COUNT = sizeof task_table / sizeof *task_table };

bool settings_find_task(const char *arg, enum settings_task *task)
{
	for (int i = 0; i < TASK_COUNT; i++)
		if (strncmp(arg, "--", 2) == 0 && strcmp(arg + 2, task_table[i].flag) == 0) {
			*task = task_table[i].task;
			return true;
		}
	if (strcmp(arg, "-h") == 0) {
		*task = SETTINGS_HELP;
		return true;
	}
	return false;
}

bool settings_task_checks(enum settings_task task)
{
	return task == SETTINGS_VALUES || task == SETTINGS_FILE;
}

static void print_help(enum settings_user user, const char *program, FILE *to)
{
	const struct setting *row;
	(void)fprintf(to,
		"usage: %s [--SETTING VALUE]...\n\nSettings, each a flag, an environment "
		"variable or a line of the settings file:\n",
		program);
	for (size_t i = 0; (row = settings_at(i)); i++)
		if (row->flag && (row->used_by & user))
			(void)fprintf(to, "  --%-24s%s\n%28s%s%s%s%s\n", row->flag, row->env, "",
				row->help, *row->fallback ? " [" : "", row->fallback,
				*row->fallback ? "]" : "");
	(void)fputs("\n", to);
	for (int i = 0; i < TASK_COUNT; i++)
		(void)fprintf(to, "  --%-24s%s\n", task_table[i].flag, task_table[i].help);
	(void)fputs("\nA flag overrides its variable, and a variable overrides the settings file. "
		    "APP_CONFIG and\nFLASK_ENV count as STUDYTRACKER_ENV if that is not set. A "
		    "wrong setting ends the program with\nexit status 78. A start also checks "
		    "the addresses and files that the settings name.\n",
		to);
}

static void print_table(FILE *to)
{
	static const struct {
		enum settings_user user;
		const char *name;
	} users[] = { { FOR_GATEWAY, "gateway" }, { FOR_WORKER, "worker" }, { FOR_DEV, "dev" } };
	const struct setting *row;
	(void)fputs(
		"| variable | flag | default | used by | what it sets |\n|---|---|---|---|---|\n",
		to);
	for (size_t at = 0; (row = settings_at(at)); at++) {
		const char *quote = *row->fallback ? "`" : "";
		(void)fprintf(to, row->flag ? "| `%s` | `--%s` | " : "| `%s` | %s | ", row->env,
			row->flag ? row->flag : "");
		(void)fprintf(to, "%s%s%s | ", quote, row->fallback, quote);
		const char *between = "";
		for (size_t i = 0; i < sizeof users / sizeof *users; i++)
			if (row->used_by & users[i].user) {
				(void)fprintf(to, "%s%s", between, users[i].name);
				between = ", ";
			}
		(void)fprintf(to, " | %s |\n", row->help);
	}
}

/* Prints the value that the program uses, which may be derived from other settings. */
static void print_value(const struct settings *s, const struct setting *row, FILE *to)
{
	const char *field = (const char *)s + row->offset;
	struct buf shown = { 0 };
	if (row->kind == SETTING_INT)
		buf_int(&shown, *(const int64_t *)(const void *)field);
	else if (row->kind == SETTING_BOOL)
		buf_text(&shown, *(const bool *)(const void *)field ? "true" : "false");
	else
		secret_put_hidden(row->secret, *(const char *const *)(const void *)field, &shown);
	for (size_t i = 0; i < shown.len; i++)
		(void)fputc((unsigned char)shown.bytes[i] < ' ' ? '?' : shown.bytes[i], to);
	buf_fini(&shown);
}

static void print_origin(const struct settings *s, const struct setting_source *from, FILE *to)
{
	static const char *const kinds[] = { [SETTING_DEFAULT] = "default",
		[SETTING_FROM_FILE] = "file",
		[SETTING_FROM_VARIABLE] = "environment",
		[SETTING_FROM_FLAG] = "flag",
		[SETTING_FROM_CREDENTIAL] = "credential" };
	(void)fprintf(to, "  (%s", kinds[from->origin]);
	if (from->origin == SETTING_FROM_FLAG)
		(void)fprintf(to, " --%s", from->name);
	else if (from->origin == SETTING_FROM_CREDENTIAL)
		(void)fprintf(to, " %s", from->row->credential);
	else if (strcmp(from->name, from->row->env) != 0)
		(void)fprintf(to, " %s", from->name);
	if (from->origin == SETTING_FROM_FILE)
		(void)fprintf(to, " %s line %zu", s->file->path, from->line);
	(void)fputs(")\n", to);
}

static void print_values(const struct settings *s, FILE *to)
{
	const struct setting *row;
	for (size_t i = 0; (row = settings_at(i)); i++)
		if (row->used_by & s->user) {
			(void)fprintf(to, "%s=", row->env);
			print_value(s, row, to);
			print_origin(s, &s->sources[i], to);
		}
}

/* Settings and PostgreSQL's variables. */
static bool is_of_service(const char *name)
{
	return settings_of_variable(span_of(name)) || strncmp(name, "PG", 2) == 0;
}

static bool is_in_environment(const char *name)
{
	const struct setting *row = settings_of_variable(span_of(name));
	const char *value = getenv(name);
	return row ? setting_is_set(row, value) : value && *value;
}

static void print_file(const struct settings *s, FILE *to)
{
	for (size_t i = 0; s->file && i < s->file->count; i++) {
		const struct env_entry *entry = &s->file->entries[i];
		if (!is_of_service(entry->name) || is_in_environment(entry->name)
			|| env_file_find(s->file, entry->name) != entry)
			continue;
		(void)fprintf(to, "export %s='", entry->name);
		for (const char *at = entry->value; *at; at++)
			if (*at == '\'')
				(void)fputs("'\\''", to);
			else
				(void)fputc(*at, to);
		(void)fputs("'\n", to);
	}
}

void settings_print(
	const struct settings *s, enum settings_task task, const char *program, FILE *to)
{
	if (task == SETTINGS_VERSION)
		(void)fprintf(to, "%s %s\n", program, STUDYTRACKER_VERSION);
	else if (task == SETTINGS_TABLE)
		print_table(to);
	else if (task == SETTINGS_VALUES)
		print_values(s, to);
	else if (task == SETTINGS_FILE)
		print_file(s, to);
	else
		print_help(s->user, program, to);
}
