#include "client/study/endpoints.h"

#include <errno.h>
#include <glob.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buf.h"

enum { GATEWAYS_MAX = 16 };

/* In this order: the directory of the environment, the user's gateway, the gateway of the
 * machine. */
static const struct {
	const char *variable,
		*after; /* variable NULL: absolute path; skipped if the variable is not set */
} places[] = {
	{ "STUDYTRACKER_RUNTIME_DIR", "" },
	{ "STUDYTRACKER_DATA_DIR", "/run" },
	{ "XDG_DATA_HOME", "/studytracker/run" },
	{ "HOME", "/.local/share/studytracker/run" },
	{ NULL, "/run/studytracker" },
	{ NULL, "/var/lib/studytracker/run" },
};

enum { PLACES = sizeof places / sizeof *places };

static char *join(const glob_t *found)
{
	struct buf list = { 0 };
	for (size_t i = 0; i < found->gl_pathc && i < GATEWAYS_MAX; i++) {
		if (strpbrk(found->gl_pathv[i], ", \t\r\n"))
			continue; /* cannot be in a list */
		buf_text(&list, list.len > 0 ? ",ipc://" : "ipc://");
		buf_text(&list, found->gl_pathv[i]);
	}
	buf_byte(&list, '\0');
	if (list.failed || list.len < 2) {
		buf_fini(&list);
		return NULL;
	}
	return list.bytes;
}

/* Escapes characters that are special to glob. */
static void put_escaped(struct buf *out, const char *path)
{
	for (; *path; path++) {
		if (strchr("*?[\\", *path))
			buf_byte(out, '\\');
		buf_byte(out, *path);
	}
}

static char *find_in(const char *directory)
{
	struct buf pattern = { 0 };
	glob_t found = { 0 };
	char *list = NULL;
	put_escaped(&pattern, directory);
	buf_put(&pattern, "/rpc/rpc-[0-9]*.sock", sizeof "/rpc/rpc-[0-9]*.sock");
	if (!pattern.failed && glob(pattern.bytes, 0, NULL, &found) == 0)
		list = join(&found);
	globfree(&found);
	buf_fini(&pattern);
	return list;
}

/* False: the variable of this place is not set. */
static bool put_directory(size_t place, char out[PATH_MAX])
{
	const char *base = places[place].variable ? getenv(places[place].variable) : "";
	if (!base || (places[place].variable && !*base))
		return false;
	int len = snprintf(out, PATH_MAX, "%s%s", base, places[place].after);
	return len >= 0 && len < PATH_MAX;
}

char *endpoints_find(char *looked_at, size_t size)
{
	size_t used = 0;
	for (size_t i = 0; i < PLACES; i++) {
		char directory[PATH_MAX];
		if (!put_directory(i, directory))
			continue;
		char *list = find_in(directory);
		if (list)
			return list;
		if (used < size)
			used += (size_t)snprintf(looked_at + used, size - used, "%s%s",
				used > 0 ? ", " : "", directory);
	}
	return NULL;
}

/* Closed directories. */

static bool is_closed(const char *directory, struct fail *why)
{
	struct stat about;
	if (stat(directory, &about) != 0 || access(directory, X_OK) == 0 || errno != EACCES)
		return false;
	const struct group *group = about.st_mode & S_IXGRP ? getgrgid(about.st_gid) : NULL;
	if (group)
		(void)fail_set(why, ST_BAD_SETTING,
			"only members of the group %.64s may enter %.200s, "
			"and this user is not one",
			group->gr_name, directory);
	else
		(void)fail_set(why, ST_BAD_SETTING, "this user may not enter %.200s", directory);
	return true;
}

static bool is_place_closed(struct fail *why)
{
	char directory[PATH_MAX], rpc[PATH_MAX];
	for (size_t i = 0; i < PLACES; i++)
		if (put_directory(i, directory)
			&& snprintf(rpc, sizeof rpc, "%s/rpc", directory) < PATH_MAX
			&& is_closed(rpc, why))
			return true;
	return false;
}

bool endpoints_are_closed(const char *endpoints, struct fail *why)
{
	if (!endpoints)
		return is_place_closed(why);
	char directory[PATH_MAX];
	for (const char *at = endpoints; at; at = strchr(at, ',')) {
		at += strspn(at, ", \t");
		int len = (int)strcspn(at, ",");
		if (strncmp(at, "ipc://", 6) != 0
			|| snprintf(directory, sizeof directory, "%.*s", len - 6, at + 6)
				   >= PATH_MAX)
			continue;
		char *name = strrchr(directory, '/');
		if (!name)
			continue;
		*name = '\0';
		if (is_closed(directory, why))
			return true;
	}
	return false;
}
