/* Reads lines of two names with a tab between them that the database takes for one.
 * Writes the lines whose names have two keys for the limit of log-ins. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/login_name.h"

static bool have_one_key(struct span one, struct span other)
{
	uint32_t key[LOGIN_NAME_KEY_MAX], other_key[LOGIN_NAME_KEY_MAX];
	size_t len = login_name_key(one, key);
	return login_name_key(other, other_key) == len
	       && memcmp(key, other_key, len * sizeof *key) == 0;
}

int main(void)
{
	char line[256];
	while (fgets(line, sizeof line, stdin)) {
		char *tab = strchr(line, '\t'), *end = strchr(line, '\n');
		if (!tab || !end)
			return EXIT_FAILURE;
		struct span one = { line, (size_t)(tab - line) };
		struct span other = { tab + 1, (size_t)(end - tab - 1) };
		if (!have_one_key(one, other))
			(void)fputs(line, stdout);
	}
	return ferror(stdin) || fclose(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
