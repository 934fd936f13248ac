#include "client/study/user_directory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *absolute(const char *variable)
{
	const char *path = getenv(variable);
	return path && *path == '/' ? path : NULL;
}

char *user_directory(const char *variable, const char *fallback, const char *name)
{
	char *path = NULL;
	const char *given = absolute(variable), *home = absolute("HOME");
	if (!given && !home)
		return NULL;
	if (asprintf(&path, "%s%s%s", given ? given : home, given ? "" : fallback, name) < 0)
		return NULL;
	return path;
}

bool user_directory_make(char *path)
{
	for (char *at = path + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		(void)mkdir(path, 0700);
		*at = '/';
	}
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}
