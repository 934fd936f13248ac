#include "worker/statement.h"

#include <stddef.h>
#include <string.h>

const char *statement_find(const char *name)
{
	for (const struct statement_text *s = statement_texts; s->name; s++)
		if (strcmp(s->name, name) == 0)
			return s->text;
	return NULL;
}
