/* studytracker-generate: prints what the build makes of schema/entities and schema/templates. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "schema/generate/statements.h"

static const char usage[] =
	"usage: studytracker-generate SCHEMA statement NAME     prints one statement\n"
	"       studytracker-generate SCHEMA statements FOLDER  writes each to FOLDER/NAME.sql\n"
	"       studytracker-generate SCHEMA file templates/F   prints what the template becomes";

int main(int argc, char **argv)
{
	struct buf text = { 0 }, why = { 0 };
	const char *command = argc == 4 ? argv[2] : "";
	bool is_done = false;
	if (strcmp(command, "statements") == 0)
		is_done = statements_write(argv[1], argv[3], &why);
	else if (strcmp(command, "statement") == 0 || strcmp(command, "file") == 0)
		is_done = statements_expand(argv[1], argv[3], &text, &why);
	else
		buf_text(&why, usage);
	if (is_done && text.len)
		(void)fwrite(text.bytes, 1, text.len, stdout);
	else if (!is_done)
		fprintf(stderr, "%.*s\n", (int)why.len, why.bytes);
	buf_fini(&text);
	buf_fini(&why);
	return is_done && fflush(stdout) == 0 ? EX_OK : EX_DATAERR;
}
