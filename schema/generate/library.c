#include "schema/generate/library.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void put_path(const struct library *library, struct span name, char path[PATH_MAX])
{
	bool is_path = memchr(name.bytes, '/', name.len) != NULL;
	bool is_statement = memchr(name.bytes, '.', name.len) != NULL;
	const char *folder = is_path ? "" : is_statement ? "statements/" : "templates/";
	(void)snprintf(path, PATH_MAX, "%s/%s%.*s%s", library->schema, folder, (int)name.len,
		name.bytes, is_path ? "" : ".sql");
}

static bool read_all(FILE *file, struct buf *text)
{
	char piece[4096];
	size_t len;
	while ((len = fread(piece, 1, sizeof piece, file)) > 0)
		buf_put(text, piece, len);
	buf_byte(text, '\0');
	return !ferror(file) && !text->failed;
}

static bool find(void *arg, struct span name, struct span *out)
{
	struct library *library = arg;
	char path[PATH_MAX];
	struct buf text = { 0 };
	put_path(library, name, path);
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	bool is_whole = read_all(file, &text);
	(void)fclose(file);
	if (is_whole)
		*out = span_of(record_copy(&library->texts, text.bytes));
	buf_fini(&text);
	return is_whole;
}

struct template_library library_templates(struct library *library)
{
	return (struct template_library){ find, library };
}

bool library_has(const struct library *library, const char *name)
{
	char path[PATH_MAX];
	put_path(library, span_of(name), path);
	return access(path, R_OK) == 0;
}

bool library_each_statement(
	const struct library *library, bool (*visit)(void *arg, const char *name), void *arg)
{
	char path[PATH_MAX];
	(void)snprintf(path, sizeof path, "%s/statements", library->schema);
	DIR *files = opendir(path);
	if (!files)
		return false;
	bool goes_on = true;
	struct dirent *entry;
	while (goes_on && (entry = readdir(files)) != NULL) {
		char *end = strstr(entry->d_name, ".sql");
		if (!end || end[4] != '\0')
			continue;
		*end = '\0';
		goes_on = visit(arg, entry->d_name);
	}
	(void)closedir(files);
	return goes_on;
}

void library_fini(struct library *library)
{
	record_tree_fini(&library->texts);
}
