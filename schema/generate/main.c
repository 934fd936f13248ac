/* studytracker-generate: prints what the build makes of schema/entities and schema/templates. */
#include <stdio.h>
#include <sysexits.h>

#include "schema/generate/template.h"

int main(int argc, char **argv)
{
	struct buf text = { 0 }, why = { 0 };
	bool is_done = argc == 4 && template_statement(argv[1], span_of(argv[3]), &text, &why);
	if (argc != 4)
		buf_text(&why, "usage: studytracker-generate SCHEMA statement NAME\n"
			       "       studytracker-generate SCHEMA file templates/FILE");
	if (is_done)
		(void)fwrite(text.bytes, 1, text.len, stdout);
	else
		fprintf(stderr, "%.*s\n", (int)why.len, why.bytes);
	buf_fini(&text);
	buf_fini(&why);
	return is_done && fflush(stdout) == 0 ? EX_OK : EX_DATAERR;
}
