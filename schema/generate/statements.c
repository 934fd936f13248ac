#include "schema/generate/statements.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

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
	static const char *const changes[] = { "create", "update", "restore", NULL };
	const struct template_library files = { statements_read, schema };
	struct span verb = span_of(name), table = span_cut(&verb, '.');
	const struct entity *e = model_entity(table);
	const struct view all = { .is_change = true };
	const struct view one = { &all, .entity = e, .is_change = span_is_any(verb, changes) };
	char *file = statements_read(schema, span_of(name));
	bool is_generated = !file && e && span_is_any(verb, e->verbs);
	free(file);
	return template_expand(
		&files, is_generated ? verb : span_of(name), e ? &one : &all, out, why);
}
