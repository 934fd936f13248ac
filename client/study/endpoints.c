#include "client/study/endpoints.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

char *endpoints_find(char *looked_at, size_t size)
{
	size_t used = 0;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		char directory[PATH_MAX];
		const char *base = places[i].variable ? getenv(places[i].variable) : "";
		if (!base || (places[i].variable && !*base))
			continue;
		int len = snprintf(directory, sizeof directory, "%s%s", base, places[i].after);
		if (len < 0 || (size_t)len >= sizeof directory)
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
