#include "schema/generate/statements.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "schema/generate/library.h"
#include "schema/generate/model.h"

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
	struct template_library templates = library_templates(&library);
	struct record_tree tree = { 0 };
	struct record *root = record_new(&tree);
	if (e)
		model_describe(root, e, verb && verb->is_change);
	else
		model_describe_all(root);
	bool is_verb = verb && !library_has(&library, name);
	bool is_whole =
		template_expand(&templates, span_of(is_verb ? verb->name : name), root, out, why);
	record_tree_fini(&tree);
	library_fini(&library);
	return is_whole;
}

struct writing {
	const char *schema, *folder;
	struct buf *why;
};

static bool write_file(const char *path, const struct buf *text)
{
	FILE *file = fopen(path, "we");
	if (!file)
		return false;
	bool is_written = fwrite(text->bytes, 1, text->len, file) == text->len;
	return fclose(file) == 0 && is_written;
}

static bool write_one(void *arg, const char *name)
{
	const struct writing *w = arg;
	char path[PATH_MAX];
	struct buf text = { 0 };
	(void)snprintf(path, sizeof path, "%s/%s.sql", w->folder, name);
	bool is_written = statements_expand(w->schema, name, &text, w->why);
	if (is_written && !write_file(path, &text)) {
		buf_printf(w->why, "%s: %s", path, strerror(errno));
		is_written = false;
	}
	buf_fini(&text);
	return is_written;
}

static bool write_verbs(struct writing *w, const struct library *library, const struct entity *e)
{
	bool is_written = true;
	for (const struct verb_row *row = model_verbs; is_written && row->name; row++) {
		char name[NAME_MAX];
		(void)snprintf(name, sizeof name, "%s.%s", e->name, row->name);
		if ((e->verbs & row->verb) && !library_has(library, name))
			is_written = write_one(w, name);
	}
	return is_written;
}

bool statements_write(const char *schema, const char *folder, struct buf *why)
{
	const struct library library = { .schema = schema };
	struct writing w = { schema, folder, why };
	const struct entity *e;
	bool is_written = library_each_statement(&library, write_one, &w);
	if (!is_written && why->len == 0)
		buf_printf(why, "%s/statements: %s", schema, strerror(errno));
	for (size_t i = 0; is_written && (e = entity_at(i)) != NULL; i++)
		is_written = write_verbs(&w, &library, e);
	return is_written;
}
