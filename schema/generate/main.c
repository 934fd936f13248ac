/* studytracker-generate: prints what the build makes of schema/entities and schema/templates. */
#include <stdio.h>
#include <sysexits.h>

#include "schema/generate/template.h"

int main(int argc, char **argv)
{
	struct buf text = { 0 }, why = { 0 };
	bool is_done = argc == 3 && template_statement(argv[1], span_of(argv[2]), &text, &why);
	if (argc != 3)
		buf_text(&why, "usage: studytracker-generate SCHEMA NAME\n"
			       "NAME is that of a statement, or a template: templates/FILE");
	if (is_done)
		(void)fwrite(text.bytes, 1, text.len, stdout);
	else
		fprintf(stderr, "%.*s\n", (int)why.len, why.bytes);
	buf_fini(&text);
	buf_fini(&why);
	return is_done && fflush(stdout) == 0 ? EX_OK : EX_DATAERR;
}
