#include "common/settings.h"

#include "common/settings_source.h"
#include "common/settings_table.h"
#include "common/settings_tasks.h"
#include "common/settings_value.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads argv into one value per row; the last value of a flag wins. */
static enum status read_flags(
	struct settings_inputs *in, int argc, char *const *argv, struct fail *why)
{
	for (int i = 1; i < argc; i++) {
		const char *flag = argv[i] + 2;
		if (settings_find_task(argv[i], &(enum settings_task){ SETTINGS_RUN }))
			continue;
		size_t len = strncmp(argv[i], "--", 2) == 0 ? strcspn(flag, "=") : 0;
		const struct setting *row =
			len ? settings_of_flag((struct span){ flag, len }) : NULL;
		if (!row || !(row->used_by & in->user))
			return fail_set(why, ST_BAD_SETTING,
				"unknown argument \"%.80s\": see --help", argv[i]);
		const char *value = flag[len] == '=' ? flag + len + 1 : ++i < argc ? argv[i] : NULL;
		if (!value)
			return fail_set(
				why, ST_BAD_SETTING, "--%s needs a value: see --help", row->flag);
		in->flags[settings_index(row)] = value;
	}
	return ST_OK;
}

/* With accounts, a page can do nothing without a token, which other pages cannot read. */
static void derive_origins(struct settings *s)
{
	const struct setting *row = settings_of_variable(SPAN("CORS_ALLOW_ORIGINS"));
	bool is_given = s->sources[settings_index(row)].origin != SETTING_DEFAULT;
	if (settings_have_accounts(s) && !is_given)
		s->cors_origins = "*";
}

/* Derives endpoints and origins that are not set from other settings. */
static enum status derive(struct settings *s, struct fail *why)
{
	int made = snprintf(s->worker_endpoint_made, ENDPOINT_MAX,
		"ipc://%s/workers/workers-%" PRId64 ".sock", s->runtime_dir, s->instance);
	(void)snprintf(
		s->gateways_made, ENDPOINT_MAX, "ipc://%s/workers/workers-*.sock", s->runtime_dir);
	const char *given = s->user == FOR_GATEWAY ? s->worker_endpoint : s->gateways;
	if (!*given && made > IPC_ENDPOINT_MAX)
		return fail_field(why, ST_BAD_SETTING, "STUDYTRACKER_RUNTIME_DIR",
			"STUDYTRACKER_RUNTIME_DIR is too long for the path of a Unix socket: "
			"%.200s",
			s->runtime_dir);
	s->env_file = s->file ? s->file->path : "";
	derive_origins(s);
	return ST_OK;
}

/* The path of the credential, if systemd has passed it (LoadCredential=). */
static bool find_credential(const char *name, char *path, size_t size)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");
	if (!name || !directory || !*directory)
		return false;
	int len = snprintf(path, size, "%s/%s", directory, name);
	return len > 0 && (size_t)len < size && access(path, F_OK) == 0;
}

static void point_at_credentials(struct settings *s)
{
	size_t used = 0;
	for (size_t i = 0; settings_at(i) && used < CREDENTIALS_MAX; i++) {
		struct setting_source *from = &s->sources[i];
		if (from->origin != SETTING_DEFAULT || !(from->row->used_by & s->user)
			|| !find_credential(
				from->row->credential, s->credentials[used], CREDENTIAL_PATH_MAX))
			continue;
		from->origin = SETTING_FROM_CREDENTIAL;
		from->value = s->credentials[used++];
		*(const char **)(void *)((char *)s + from->row->offset) = from->value;
	}
}

/* These pointers point into the struct itself, so they are set after it is copied to its place. */
static void point_at_derived(struct settings *s)
{
	if (!*s->worker_endpoint)
		s->worker_endpoint = s->worker_endpoint_made;
	if (!*s->gateways)
		s->gateways = s->gateways_made;
	point_at_credentials(s);
}

/* Puts the file and line before the error text of a value that comes from a file. */
static enum status wrap_line(const struct settings *s, const struct setting_source *from,
	enum status st, struct fail *why)
{
	char place[160];
	if (from->origin != SETTING_FROM_FILE)
		return st;
	(void)snprintf(place, sizeof place, "%.120s:%zu", s->file->path, from->line);
	return fail_wrap(why, st, place);
}

/* PGPASSWORD is a secret without a row: libpq reads it. */
static struct setting_source source_of_libpq_password(const struct settings *s)
{
	static const struct setting row = { .env = "PGPASSWORD", .secret = SECRET_WHOLE };
	const struct env_entry *entry = env_file_find(s->file, row.env);
	const char *value = getenv(row.env);
	if (entry && !(value && *value))
		return (struct setting_source){ &row, entry->value, SETTING_FROM_FILE, row.env,
			entry->line };
	return (struct setting_source){ &row, value ? value : "", SETTING_FROM_VARIABLE, row.env };
}

static enum status refuse_weak(
	const struct settings *s, const struct setting_source *from, struct fail *why)
{
	if (!secret_is_weak(from->row->secret, from->value))
		return ST_OK;
	enum status st = fail_field(why, ST_BAD_SETTING, from->row->env,
		"%s%s contains a secret that is widely known, which STUDYTRACKER_ENV=production "
		"refuses: set another secret",
		from->origin == SETTING_FROM_FLAG ? "--" : "", from->name);
	return wrap_line(s, from, st, why);
}

/* The service must not start in production with a secret that anybody can look up. */
static enum status check_secrets(const struct settings *s, struct fail *why)
{
	enum status st = ST_OK;
	assert(s->environment); /* each row has stored its value */
	if (strcmp(s->environment, "production") != 0)
		return ST_OK;
	for (size_t i = 0; settings_at(i) && st == ST_OK; i++)
		st = refuse_weak(s, &s->sources[i], why);
	if (st == ST_OK && s->user == FOR_WORKER) {
		struct setting_source password = source_of_libpq_password(s);
		st = refuse_weak(s, &password, why);
	}
	return st;
}

/* A program checks only the settings that it uses; the others keep their defaults. */
static enum status fill(const struct settings_inputs *in, struct settings *s, struct fail *why)
{
	const struct setting *row;
	enum status st = ST_OK;
	for (size_t i = 0; (row = settings_at(i)) && st == ST_OK; i++) {
		struct setting_source *from = &s->sources[i];
		*from = row->used_by & in->user ? settings_source(in, row)
						: (struct setting_source){ row, row->fallback };
		st = setting_store(from, (char *)s + row->offset, why);
		if (st != ST_OK)
			return wrap_line(s, from, st, why);
	}
	st = check_secrets(s, why);
	return st == ST_OK ? derive(s, why) : st;
}

static enum status load_values(
	enum settings_user user, int argc, char *const *argv, struct settings *s, struct fail *why)
{
	struct settings_inputs in = { .user = user };
	enum status st = read_flags(&in, argc, argv, why);
	if (st == ST_OK)
		st = settings_read_file(&in, why);
	s->file = in.file;
	return st == ST_OK ? fill(&in, s, why) : st;
}

enum status settings_load(enum settings_user user, int argc, char *const *argv,
	struct settings *into, enum settings_task *task, struct fail *why)
{
	enum settings_task named = SETTINGS_RUN;
	struct settings made = { .user = user, .argc = argc, .argv = argv };
	for (int i = 1; i < argc && named == SETTINGS_RUN; i++)
		(void)settings_find_task(argv[i], &named);
	bool has_values =
		named == SETTINGS_RUN || named == SETTINGS_VALUES || named == SETTINGS_FILE;
	enum status st = has_values ? load_values(user, argc, argv, &made, why) : ST_OK;
	if (st != ST_OK) {
		settings_fini(&made);
		return st;
	}
	*into = made;
	if (has_values)
		point_at_derived(into);
	*task = named;
	return ST_OK;
}

enum status settings_reload(const struct settings *s, struct settings *into,
	void (*on_ignored)(const char *env), struct fail *why)
{
	enum settings_task task;
	const struct setting *row;
	enum status st = settings_load(s->user, s->argc, s->argv, into, &task, why);
	for (size_t i = 0; st == ST_OK && (row = settings_at(i)); i++)
		if (!row->reloads && strcmp(into->sources[i].value, s->sources[i].value) != 0)
			on_ignored(row->env);
	return st;
}

bool settings_have_accounts(const struct settings *s)
{
	return strcmp(s->auth, "on") == 0;
}

bool settings_is_set(const struct settings *s, const char *env)
{
	const struct setting *row = settings_of_variable(span_of(env));
	return row && s->sources[settings_index(row)].origin != SETTING_DEFAULT;
}

void settings_fini(struct settings *s)
{
	env_file_free(&s->file);
}

enum status settings_export(const struct settings *s, const char *prefix)
{
	for (size_t i = 0; s->file && i < s->file->count; i++) {
		const char *name = s->file->entries[i].name, *set = getenv(name);
		if (strncmp(name, prefix, strlen(prefix)) == 0 && !(set && *set)
			&& setenv(name, env_file_find(s->file, name)->value, 1) != 0)
			return ST_NO_MEMORY;
	}
	return ST_OK;
}
