/* studytracker-generate: prints what the build makes of schema/entities and schema/templates. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "schema/generate/statements.h"

static const char usage[] =
	"usage: studytracker-generate SCHEMA statement NAME     prints one statement\n"
	"       studytracker-generate SCHEMA statements FOLDER  writes each to FOLDER/NAME.sql\n"
	"       studytracker-generate SCHEMA file templates/F   prints what the template becomes\n"
	"SCHEMA is the folder schema/ of the sources.\n";

static bool print(const char *schema, const char *name, struct buf *why)
{
	struct buf text = { 0 };
	bool is_whole = statements_expand(schema, name, &text, why);
	if (is_whole)
		(void)fwrite(text.bytes, 1, text.len, stdout);
	buf_fini(&text);
	return is_whole && fflush(stdout) == 0;
}

static const struct {
	const char *name;
	bool (*run)(const char *schema, const char *argument, struct buf *why);
} command_table[] = {
	{ "statement", print },
	{ "statements", statements_write },
	{ "file", print },
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
