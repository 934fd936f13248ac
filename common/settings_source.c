#include "common/settings_source.h"

#include <stdlib.h>
#include <string.h>

#include "common/settings_table.h"
#include "common/settings_value.h"

static const struct {
	const char *environment, *path;
} file_table[] = {
	{ "development", ".env" },
	{ "testing", ".env.testing" },
};

enum { FILE_COUNT = sizeof file_table / sizeof *file_table };

bool setting_is_set(const struct setting *row, const char *value)
{
	return value && (*value || row->empty_is_value);
}

/* Takes the variable from the environment, else from the file. */
static bool take_variable(
	const struct settings_inputs *in, const char *name, struct setting_source *from)
{
	const char *value = getenv(name);
	const struct env_entry *entry =
		from->row->never_in_file ? NULL : env_file_find(in->file, name);
	bool is_alias = strcmp(name, from->row->env) != 0;
	if (setting_is_set(from->row, value)
		&& (!is_alias || setting_takes_alias(from->row, value))) {
		from->origin = SETTING_FROM_VARIABLE;
		from->value = value;
	} else if (entry && setting_is_set(from->row, entry->value)
		   && (!is_alias || setting_takes_alias(from->row, entry->value))) {
		from->origin = SETTING_FROM_FILE;
		from->value = entry->value;
		from->line = entry->line;
	} else {
		return false;
	}
	from->name = name;
	return true;
}

struct setting_source settings_source(const struct settings_inputs *in, const struct setting *row)
{
	struct setting_source from = { row, row->fallback, SETTING_DEFAULT, row->env, 0 };
	const char *flag = in->flags[settings_index(row)];
	if (flag) {
		from.origin = SETTING_FROM_FLAG;
		from.name = row->flag;
		if (setting_is_set(row, flag))
			from.value = flag;
		return from;
	}
	if (take_variable(in, row->env, &from) || !row->aliases)
		return from;
	for (const char *const *alias = row->aliases; *alias; alias++)
		if (take_variable(in, *alias, &from))
			break;
	return from;
}

enum status settings_read_file(struct settings_inputs *in, struct fail *why)
{
	struct setting_source path =
		settings_source(in, settings_of_variable(span_of("STUDYTRACKER_ENV_FILE")));
	if (*path.value) {
		enum status st = env_file_read(path.value, &in->file, why);
		return st == ST_NOT_FOUND ? fail_wrap(why, ST_BAD_SETTING, path.row->env) : st;
	}
	struct setting_source environment =
		settings_source(in, settings_of_variable(span_of("STUDYTRACKER_ENV")));
	for (int i = 0; i < FILE_COUNT; i++)
		if (strcmp(environment.value, file_table[i].environment) == 0) {
			enum status st = env_file_read(file_table[i].path, &in->file, why);
			return st == ST_NOT_FOUND ? ST_OK : st;
		}
	return ST_OK;
}
