#include "client/study/export_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool export_file_is_stdout(const char *path)
{
	return !path || strcmp(path, "-") == 0;
}

static bool open_temporary(struct export_file *file)
{
	int len = snprintf(file->temporary, sizeof file->temporary, "%s.XXXXXX", file->path);
	if (len < 0 || (size_t)len >= sizeof file->temporary) {
		file->temporary[0] = '\0';
		errno = ENAMETOOLONG;
		return false;
	}
	mode_t mask = umask(0);
	(void)umask(mask);
	int fd = mkstemp(file->temporary);
	file->to = fd >= 0 ? fdopen(fd, "w") : NULL;
	return file->to && fchmod(fd, 0666 & ~mask) == 0;
}

bool export_file_open(struct export_file *file, const char *path)
{
	struct stat about;
	*file = (struct export_file){ .to = stdout, .path = path };
	if (export_file_is_stdout(path))
		return true;
	if (stat(path, &about) == 0 && !S_ISREG(about.st_mode)) /* a device or a pipe */
		return (file->to = fopen(path, "we")) != NULL;
	return open_temporary(file);
}

bool export_file_close(struct export_file *file)
{
	bool is_whole = fflush(file->to) == 0 && !ferror(file->to);
	if (file->to == stdout)
		return is_whole;
	if (*file->temporary)
		is_whole = is_whole && fsync(fileno(file->to)) == 0;
	is_whole = fclose(file->to) == 0 && is_whole;
	file->to = NULL;
	if (*file->temporary)
		is_whole = is_whole && rename(file->temporary, file->path) == 0;
	return is_whole;
}

void export_file_drop(struct export_file *file)
{
	if (file->to && file->to != stdout)
		(void)fclose(file->to);
	if (*file->temporary)
		(void)unlink(file->temporary);
}
