#include "common/trusted_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char *trusted_file_reason(const struct stat *about, mode_t mode_max)
{
	if (!S_ISREG(about->st_mode))
		return "is not a file";
	if (about->st_uid != 0 && about->st_uid != geteuid())
		return "belongs to another user";
	if (about->st_mode & (S_IWGRP | S_IWOTH))
		return mode_max == TRUSTED_SECRET
			       ? "others can write to it: its mode must be 0600"
			       : "others can write to it: its mode must be at most 0644";
	if (about->st_mode & 0777 & ~mode_max)
		return "others may read it: its mode must be 0600";
	return NULL;
}

/* Returns why the file cannot be read, or NULL. */
static const char *read_open_file(int fd, mode_t mode_max, struct buf *into)
{
	struct stat about;
	if (fstat(fd, &about) != 0)
		return strerror(errno);
	const char *reason = trusted_file_reason(&about, mode_max);
	for (char part[4096]; !reason;) {
		ssize_t got = read(fd, part, sizeof part);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return strerror(errno);
		buf_put(into, part, (size_t)got);
		explicit_bzero(part, sizeof part);
		if (into->failed)
			reason = "is too large";
		if (got == 0)
			break;
	}
	return reason;
}

enum status trusted_file_read(const char *path, mode_t mode_max, struct buf *into, struct fail *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a FIFO would block */
	if (fd < 0)
		return fail_set(why, errno == ENOENT ? ST_NOT_FOUND : ST_SYSTEM, "%.200s: %s", path,
			strerror(errno));
	const char *reason = read_open_file(fd, mode_max, into);
	(void)close(fd);
	if (reason)
		return fail_set(why, ST_BAD_SETTING, "%.200s: %s", path, reason);
	return ST_OK;
}
