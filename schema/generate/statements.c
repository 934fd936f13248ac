#include "schema/generate/statements.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "schema/generate/model.h"

static void put_path(const char *schema, struct span name, char path[PATH_MAX])
{
	bool is_path = memchr(name.bytes, '/', name.len) != NULL;
	bool is_statement = memchr(name.bytes, '.', name.len) != NULL;
	const char *folder = is_path ? "" : is_statement ? "statements/" : "templates/";
	(void)snprintf(path, PATH_MAX, "%s/%s%.*s%s", schema, folder, (int)name.len, name.bytes,
		is_path ? "" : ".sql");
}

bool library_find(void *arg, struct span name, struct span *out)
{
	struct library *library = arg;
	char path[PATH_MAX], piece[4096];
	struct buf text = { 0 };
	put_path(library->schema, name, path);
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	for (size_t len; (len = fread(piece, 1, sizeof piece, file)) > 0;)
		buf_put(&text, piece, len);
	bool is_whole = !ferror(file) && !text.failed;
	(void)fclose(file);
	*out = (struct span){ record_copy(&library->texts, buf_view(&text)), text.len };
	buf_fini(&text);
	return is_whole;
}

static bool has_file(const char *schema, const char *name)
{
	char path[PATH_MAX];
	put_path(schema, span_of(name), path);
	return access(path, R_OK) == 0;
}

static const struct verb_row *verb_of(const struct entity *e, const char *name)
{
	for (const struct verb_row *row = model_verbs; row->name; row++)
		if ((e->verbs & row->verb) && strcmp(name, row->name) == 0)
			return row;
	return NULL;
}

bool statements_expand(const char *schema, const char *name, struct buf *out, struct buf *why)
{
	size_t len = strcspn(name, ".");
	const struct entity *e = model_entity((struct span){ name, len });
	const struct verb_row *verb = e && name[len] ? verb_of(e, name + len + 1) : NULL;
	struct library library = { .schema = schema };
	struct template_library templates = { library_find, &library };
	struct record_tree tree = { 0 };
	struct record *root = record_new(&tree);
	if (e)
		model_describe(root, e, verb && verb->is_change);
	else
		model_describe_all(root);
	bool is_verb = verb && !has_file(schema, name);
	bool is_whole =
		template_expand(&templates, span_of(is_verb ? verb->name : name), root, out, why);
	record_tree_fini(&tree);
	record_tree_fini(&library.texts);
	return is_whole;
}

static bool write_one(const char *schema, const char *name, const char *folder, struct buf *why)
{
	char path[PATH_MAX];
	struct buf text = { 0 };
	(void)snprintf(path, sizeof path, "%s/%s.sql", folder, name);
	bool is_whole = statements_expand(schema, name, &text, why);
	FILE *file = is_whole ? fopen(path, "we") : NULL;
	bool is_written = file && fwrite(text.bytes, 1, text.len, file) == text.len;
	if (file && fclose(file) != 0)
		is_written = false;
	if (is_whole && !is_written)
		buf_printf(why, "%s: %s", path, strerror(errno));
	buf_fini(&text);
	return is_written;
}

static bool write_files(const char *schema, const char *folder, struct buf *why)
{
	char path[PATH_MAX];
	(void)snprintf(path, sizeof path, "%s/statements", schema);
	DIR *files = opendir(path);
	bool is_written = files != NULL;
	if (!files)
		buf_printf(why, "%s: %s", path, strerror(errno));
	for (struct dirent *entry; is_written && (entry = readdir(files)) != NULL;) {
		char *end = strstr(entry->d_name, ".sql");
		if (!end || end[4] != '\0')
			continue;
		*end = '\0';
		is_written = write_one(schema, entry->d_name, folder, why);
	}
	if (files)
		(void)closedir(files);
	return is_written;
}

bool statements_write(const char *schema, const char *folder, struct buf *why)
{
	const struct entity *e;
	bool is_written = write_files(schema, folder, why);
	for (size_t i = 0; (e = entity_at(i)) != NULL; i++)
		for (const struct verb_row *row = model_verbs; is_written && row->name; row++) {
			char name[NAME_MAX];
			(void)snprintf(name, sizeof name, "%s.%s", e->name, row->name);
			if ((e->verbs & row->verb) && !has_file(schema, name))
				is_written = write_one(schema, name, folder, why);
		}
	return is_written;
}
