#include "common/settings_warn.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/settings_table.h"
#include "common/settings_value.h"

extern char **environ;

struct warner {
	const struct settings *settings;
	void (*on_warning)(const char *text);
	char place[160]; /* "FILE:LINE: "; empty for the environment */
};

static void PRINTF_LIKE(2, 3) warn(const struct warner *w, const char *format, ...)
{
	char text[512];
	va_list args;
	int len = snprintf(text, sizeof text, "%s", w->place);
	va_start(args, format);
	(void)vsnprintf(text + len, sizeof text - (size_t)len, format, args);
	va_end(args);
	w->on_warning(text);
}

static bool environment_is_set(const struct settings *s)
{
	return *s->environment != '\0';
}

/* Another program's variable may hold a secret, so this never shows its value. */
static void check_variable(const struct warner *w, struct span name, const char *value)
{
	static const char prefix[] = "STUDYTRACKER_";
	const struct setting *row = settings_of_variable(name);
	bool is_ours =
		name.len >= sizeof prefix - 1 && memcmp(name.bytes, prefix, sizeof prefix - 1) == 0;
	if (!row && is_ours)
		warn(w, "%.*s is not a setting of StudyTracker: ignored",
			name.len < 80 ? (int)name.len : 80, name.bytes);
	else if (row && row->never_in_file && *w->place)
		warn(w, "%s has no effect in a settings file: ignored", row->env);
	else if (row && !span_is(name, row->env) && !environment_is_set(w->settings) && *value
		 && !setting_takes_alias(row, value))
		warn(w,
			"%.*s names no environment of StudyTracker (development, testing or "
			"production): ignored",
			(int)name.len, name.bytes);
}

static bool has_secret(const struct settings *s)
{
	const struct setting *row;
	for (size_t i = 0; (row = settings_at(i)); i++) {
		const struct env_entry *entry = env_file_find(s->file, row->env);
		if (entry && secret_exists(row->secret, entry->value))
			return true;
	}
	return env_file_find(s->file, "PGPASSWORD");
}

static void check_file(struct warner *w)
{
	const struct env_file *file = w->settings->file;
	for (size_t i = 0; i < file->count; i++) {
		const struct env_entry *entry = &file->entries[i];
		(void)snprintf(w->place, sizeof w->place, "%.120s:%zu: ", file->path, entry->line);
		check_variable(w, span_of(entry->name), entry->value);
	}
	*w->place = '\0';
	if (file->others_can_read && has_secret(w->settings))
		warn(w,
			"%.200s contains a secret and every user of this machine can read it: set "
			"its mode to 0640 or less",
			file->path);
}

void settings_warn(const struct settings *s, void (*on_warning)(const char *text))
{
	struct warner warner = { s, on_warning, "" };
	for (char **variable = environ; variable && *variable; variable++) {
		struct span rest = span_of(*variable), name = span_cut(&rest, '=');
		check_variable(&warner, name, rest.len ? rest.bytes : "");
	}
	if (s->file)
		check_file(&warner);
}
