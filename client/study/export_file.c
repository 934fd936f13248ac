#include "client/study/export_file.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool export_file_is_stdout(const char *path)
{
	return !path || strcmp(path, "-") == 0;
}

/* Signals. */

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

enum { SIGNALS = sizeof signals / sizeof *signals };

/* A signal handler has no argument, so it needs this global. NULL: nothing to remove. */
static const char *volatile unfinished;

/* SA_RESETHAND: the second signal ends the process as without a handler. */
static void on_signal(int number)
{
	if (unfinished)
		(void)unlink(unfinished);
	(void)raise(number);
}

/* Ignored signals stay ignored. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND }, former;
	for (int i = 0; i < SIGNALS; i++)
		if (sigaction(signals[i], NULL, &former) == 0 && former.sa_handler == SIG_DFL)
			(void)sigaction(signals[i], &action, NULL);
}

/* Runs mkstemp, without a moment at which a signal would leave the file behind. */
static int create(struct export_file *file, char *name)
{
	sigset_t all, mask;
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &mask);
	int fd = mkstemp(name);
	if (fd >= 0) {
		memcpy(file->temporary, name, sizeof file->temporary);
		unfinished = file->temporary;
	}
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	return fd;
}

/* Files. */

/* Gives the new file the owner, group and mode of the old one, or the usual mode. */
static bool set_mode(int fd, const struct stat *old)
{
	mode_t mask = umask(0);
	(void)umask(mask);
	mode_t mode = old ? old->st_mode & 0777 : 0666 & ~mask;
	if (old && fchown(fd, old->st_uid, old->st_gid) != 0)
		mode &= ~(mode_t)S_IRWXG; /* not for another group */
	return fchmod(fd, mode) == 0;
}

/* old: NULL if there is no file. */
static bool open_temporary(struct export_file *file, const struct stat *old)
{
	char name[PATH_MAX];
	int len = snprintf(name, sizeof name, "%s.XXXXXX", file->target);
	if (len < 0 || (size_t)len >= sizeof name) {
		errno = ENAMETOOLONG;
		return false;
	}
	catch_signals();
	int fd = create(file, name);
	file->to = fd >= 0 ? fdopen(fd, "w") : NULL;
	return file->to && set_mode(fd, old);
}

/* False for a symbolic link to nothing. */
static bool find_target(struct export_file *file)
{
	struct stat about;
	if (realpath(file->path, file->target))
		return true;
	int len = snprintf(file->target, sizeof file->target, "%s", file->path);
	return len < PATH_MAX && lstat(file->path, &about) != 0 && errno == ENOENT;
}

bool export_file_open(struct export_file *file, const char *path)
{
	struct stat about;
	*file = (struct export_file){ .to = stdout, .path = path };
	if (export_file_is_stdout(path))
		return true;
	bool is_there = stat(path, &about) == 0;
	if (is_there && !S_ISREG(about.st_mode)) /* a device or a pipe */
		return (file->to = fopen(path, "we")) != NULL;
	if (find_target(file) && open_temporary(file, is_there ? &about : NULL))
		return true;
	int reason = errno;
	export_file_drop(file);
	errno = reason;
	return false;
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
	if (!is_whole || !*file->temporary)
		return is_whole;
	if (rename(file->temporary, file->target) != 0)
		return false;
	unfinished = NULL;
	file->temporary[0] = '\0';
	return true;
}

void export_file_drop(struct export_file *file)
{
	if (file->to && file->to != stdout)
		(void)fclose(file->to);
	if (*file->temporary)
		(void)unlink(file->temporary);
	unfinished = NULL;
	file->to = NULL;
	file->temporary[0] = '\0';
}
