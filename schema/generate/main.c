/* studytracker-generate: prints what the build makes of schema/entities and schema/templates. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "schema/generate/library.h"
#include "schema/generate/model.h"
#include "schema/generate/statements.h"

static const char usage[] =
	"usage: studytracker-generate SCHEMA statement NAME     prints one statement\n"
	"       studytracker-generate SCHEMA statements FOLDER  writes each to FOLDER/NAME.sql\n"
	"       studytracker-generate SCHEMA file templates/F   prints what the template becomes\n"
	"SCHEMA is the folder schema/ of the sources.\n";

/* Prints a whole text; frees it. */
static bool print(struct buf *text, bool is_whole)
{
	if (is_whole)
		(void)fwrite(text->bytes, 1, text->len, stdout);
	buf_fini(text);
	return is_whole && fflush(stdout) == 0;
}

static bool print_statement(const char *schema, const char *name, struct buf *why)
{
	struct buf text = { 0 };
	bool is_whole = statements_expand(schema, name, &text, why);
	return print(&text, is_whole);
}

/* A template of all entities. */
static bool print_file(const char *schema, const char *path, struct buf *why)
{
	struct library library = { .schema = schema };
	struct template_library templates = library_templates(&library);
	struct record_tree tree = { 0 };
	struct record *root = record_new(&tree);
	struct buf text = { 0 };
	model_describe_all(root);
	bool is_whole = template_expand(&templates, span_of(path), root, &text, why);
	record_tree_fini(&tree);
	library_fini(&library);
	return print(&text, is_whole);
}

static const struct {
	const char *name;
	bool (*run)(const char *schema, const char *argument, struct buf *why);
} command_table[] = {
	{ "statement", print_statement },
	{ "statements", statements_write },
	{ "file", print_file },
};

int main(int argc, char **argv)
{
	struct buf why = { 0 };
	for (size_t i = 0; argc == 4 && i < sizeof command_table / sizeof *command_table; i++) {
		if (strcmp(argv[2], command_table[i].name) != 0)
			continue;
		bool is_done = command_table[i].run(argv[1], argv[3], &why);
		if (!is_done)
			fprintf(stderr, "studytracker-generate: %.*s\n", (int)why.len, why.bytes);
		buf_fini(&why);
		return is_done ? EX_OK : EX_DATAERR;
	}
	fputs(usage, stderr);
	return EX_USAGE;
}
