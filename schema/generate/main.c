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

int main(int argc, char **argv)
{
	struct buf text = { 0 }, why = { 0 };
	bool is_all = argc == 4 && strcmp(argv[2], "statements") == 0;
	if (argc != 4
		|| (!is_all && strcmp(argv[2], "statement") != 0 && strcmp(argv[2], "file") != 0)) {
		fputs(usage, stderr);
		return EX_USAGE;
	}
	bool is_done = is_all ? statements_write(argv[1], argv[3], &why)
			      : statements_expand(argv[1], argv[3], &text, &why);
	if (is_done)
		(void)fwrite(text.bytes, 1, text.len, stdout);
	else
		fprintf(stderr, "studytracker-generate: %.*s\n", (int)why.len, why.bytes);
	buf_fini(&text);
	buf_fini(&why);
	return is_done && fflush(stdout) == 0 ? EX_OK : EX_DATAERR;
}
