#include "common/ipc_path.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char scheme[] = "ipc://";

/* NULL if the endpoint is not ipc://, or is abstract and has no file. */
static const char *path_of(const char *endpoint)
{
	if (strncmp(endpoint, scheme, sizeof scheme - 1) != 0)
		return NULL;
	return endpoint + sizeof scheme - 1;
}

static enum status check_directory(const char *directory, struct fail *why)
{
	struct stat about;
	if (stat(directory, &about) != 0)
		return fail_set(why, ST_SYSTEM, "%.200s: %s", directory, strerror(errno));
	if (about.st_mode & (S_IWGRP | S_IWOTH))
		return fail_set(why, ST_BAD_SETTING,
			"others can write to the directory %.200s: a socket for workers needs one "
			"that only its owner can write to",
			directory);
	if (about.st_uid != 0 && about.st_uid != geteuid())
		return fail_set(why, ST_BAD_SETTING,
			"the directory %.200s belongs to another user: a socket for workers needs "
			"one of its own user or root",
			directory);
	return ST_OK;
}

enum status ipc_path_prepare(const char *endpoint, enum ipc_guard guard, struct fail *why)
{
	const char *path = path_of(endpoint);
	const char *slash = path && *path != '@' ? strrchr(path, '/') : NULL;
	char directory[sizeof((struct sockaddr_un *)0)->sun_path] = ".";
	if (!path || *path == '@' || slash == path)
		return ST_OK;
	if (slash) {
		size_t len = (size_t)(slash - path);
		if (len >= sizeof directory)
			return ST_OK; /* the bind will fail: the path is too long */
		memcpy(directory, path, len);
		directory[len] = '\0';
	}
	if (mkdir(directory, 0750) != 0 && errno != EEXIST)
		return fail_set(why, ST_SYSTEM, "%.200s: %s", directory, strerror(errno));
	return guard == IPC_FOR_WORKERS ? check_directory(directory, why) : ST_OK;
}

bool ipc_path_is_taken(const char *endpoint)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const char *path = path_of(endpoint);
	size_t len = path ? strlen(path) : 0;
	if (len == 0 || len >= sizeof at.sun_path)
		return false;
	memcpy(at.sun_path, path, len);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (path[0] == '@')
		at.sun_path[0] = '\0';
	else
		size++;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	bool taken = connect(fd, (struct sockaddr *)&at, size) == 0 || errno == EAGAIN;
	close(fd);
	return taken;
}
