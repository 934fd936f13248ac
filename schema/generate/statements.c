#include "schema/generate/statements.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/generate/model.h"

char *statements_read(const void *schema, struct span name)
{
	bool is_path = memchr(name.bytes, '/', name.len) != NULL;
	bool is_statement = memchr(name.bytes, '.', name.len) != NULL;
	const char *folder = is_path ? "" : is_statement ? "statements/" : "templates/";
	char path[PATH_MAX], *text = NULL;
	size_t size = 0;
	(void)snprintf(path, sizeof path, "%s/%s%.*s%s", (const char *)schema, folder,
		(int)name.len, name.bytes, is_path ? "" : ".sql");
	FILE *file = fopen(path, "re");
	bool is_read = file && getdelim(&text, &size, '\0', file) > 0;
	if (file)
		(void)fclose(file);
	if (!is_read)
		free(text);
	return is_read ? text : NULL;
}

bool statements_expand(const char *schema, const char *name, struct buf *out, struct buf *why)
{
	const struct template_library files = { statements_read, schema };
	struct span verb = span_of(name), table = span_cut(&verb, '.');
	const struct entity *e = model_entity(table);
	const struct verb_row *row = e ? model_verb(e, verb) : NULL;
	struct record_memory memory = { 0 };
	struct record *root = record_new(&memory);
	if (e)
		model_describe(root, e, row && row->is_change);
	else
		model_describe_all(root);
	char *file = statements_read(schema, span_of(name));
	bool is_whole =
		template_expand(&files, row && !file ? verb : span_of(name), root, out, why);
	free(file);
	record_memory_free(&memory);
	return is_whole;
}

static void write_one(const char *schema, const char *name, const char *folder, struct buf *why)
{
	char path[PATH_MAX];
	struct buf text = { 0 };
	(void)snprintf(path, sizeof path, "%s/%s.sql", folder, name);
	if (why->len == 0 && statements_expand(schema, name, &text, why)) {
		FILE *file = fopen(path, "we");
		bool is_written = file && fwrite(text.bytes, 1, text.len, file) == text.len;
		if (!file || fclose(file) != 0 || !is_written)
			buf_printf(why, "%s: %s", path, strerror(errno));
	}
	buf_fini(&text);
}

bool statements_write(const char *schema, const char *folder, struct buf *why)
{
	char text[PATH_MAX];
	glob_t files = { 0 };
	const struct entity *e;
	(void)snprintf(text, sizeof text, "%s/statements/*.sql", schema);
	if (glob(text, 0, NULL, &files) != 0)
		buf_printf(why, "no file %s", text);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		*strrchr(files.gl_pathv[i], '.') = '\0';
		write_one(schema, strrchr(files.gl_pathv[i], '/') + 1, folder, why);
	}
	globfree(&files);
	for (size_t i = 0; (e = entity_at(i)) != NULL; i++)
		for (const struct verb_row *row = model_verbs; row->name; row++) {
			(void)snprintf(text, sizeof text, "%s.%s", e->name, row->name);
			if (e->verbs & row->verb)
				write_one(schema, text, folder, why);
		}
	return why->len == 0;
}
