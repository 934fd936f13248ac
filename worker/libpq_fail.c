#include "worker/libpq_fail.h"

#include <stdio.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t';
}

enum status libpq_fail(struct fail *why, const char *text)
{
	(void)fail_set(why, ST_DATABASE_UNAVAILABLE, "%s", text);
	char *to = why->text;
	for (const char *at = why->text; *at; at++)
		if (!is_blank(*at))
			*to++ = *at;
		else if (to > why->text && to[-1] != ' ')
			*to++ = ' ';
	while (to > why->text && to[-1] == ' ')
		to--;
	*to = '\0';
	return ST_DATABASE_UNAVAILABLE;
}

/* Failures caused by a pooler, by SQLSTATE or, for errors of libpq itself, by a part of the
 * text. */
static const struct {
	const char *sqlstate, *text, *advice;
} pooler_table[] = {
	{ "26000", NULL, LIBPQ_SESSION_MODE }, /* prepared statement does not exist */
	{ "42P05", NULL, LIBPQ_SESSION_MODE }, /* prepared statement already exists */
	{ NULL, "startup parameter: options",
		"remove `options` from DATABASE_URL and PGOPTIONS, or let the pooler ignore it" },
};

void libpq_advise(struct fail *why, const char *sqlstate)
{
	for (size_t i = 0; i < sizeof pooler_table / sizeof *pooler_table; i++) {
		const char *code = pooler_table[i].sqlstate, *text = pooler_table[i].text;
		size_t len = strlen(why->text);
		if (code && sqlstate ? strcmp(code, sqlstate) == 0
				     : text && strstr(why->text, text))
			(void)snprintf(why->text + len, sizeof why->text - len, ": %s",
				pooler_table[i].advice);
	}
}
