#include "client/study/process.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_FOUND = 127, NOT_STARTED = 126 }; /* as a shell says it */
enum { ARGUMENTS_MAX = 32 };                 /* of our own calls, with NULL */

static const char debian[] = "/usr/lib/postgresql/";

/* The path of the newest version that glob has found. */
static const char *newest_of(const glob_t *found)
{
	const char *newest = NULL;
	long highest = 0;
	for (size_t i = 0; i < found->gl_pathc; i++) {
		long version = strtol(found->gl_pathv[i] + strlen(debian), NULL, 10);
		if (version > highest) {
			highest = version;
			newest = found->gl_pathv[i];
		}
	}
	return newest;
}

/* exec changes no argument, but its type is older than const. */
static char *const *exec_arguments(const char *const *argv)
{
	char *const *same;
	memcpy(&same, &argv, sizeof same);
	return same;
}

/* These programs look for others by their own path, so argv[0] has it. */
static void exec_of_debian(const char *const *argv)
{
	char pattern[PATH_MAX];
	const char *with_path[ARGUMENTS_MAX] = { NULL };
	glob_t found = { 0 };
	(void)snprintf(pattern, sizeof pattern, "%s*/bin/%s", debian, argv[0]);
	if (glob(pattern, 0, NULL, &found) != 0 || !newest_of(&found))
		return;
	with_path[0] = newest_of(&found);
	for (size_t i = 1; i < ARGUMENTS_MAX - 1 && argv[i]; i++)
		with_path[i] = argv[i];
	(void)execv(with_path[0], exec_arguments(with_path));
}

static void put_in_place(int fd, int place)
{
	int used = fd >= 0 ? fd : open("/dev/null", O_RDWR | O_CLOEXEC);
	if (used < 0 || dup2(used, place) != place)
		_exit(NOT_STARTED);
}

/* In the child. */
static void run_program(const struct process *p)
{
	put_in_place(p->in, STDIN_FILENO);
	put_in_place(p->out, STDOUT_FILENO);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)execvp(p->argv[0], exec_arguments(p->argv));
	if (errno == ENOENT)
		exec_of_debian(p->argv);
	_exit(errno == ENOENT ? NOT_FOUND : NOT_STARTED);
}

enum status process_start(struct process *p, struct fail *why)
{
	pid_t pid = fork();
	if (pid == 0)
		run_program(p);
	if (pid < 0)
		return fail_set(
			why, ST_SYSTEM, "%s can't be started: %s", p->argv[0], strerror(errno));
	p->pid = pid;
	return ST_OK;
}

static enum status judge(const char *name, int status, struct fail *why)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return ST_OK;
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
		return fail_set(why, ST_SYSTEM,
			"%s is not installed: Debian's package postgresql-client has it, or that "
			"of "
			"the server",
			name);
	if (WIFEXITED(status))
		return fail_set(why, ST_SYSTEM,
			"%s failed with status %d: its own message is above", name,
			WEXITSTATUS(status));
	return fail_set(why, ST_SYSTEM, "%s was ended by signal %d", name, WTERMSIG(status));
}

enum status process_wait(struct process *p, struct fail *why)
{
	int status = 0;
	pid_t ended;
	do
		ended = waitpid(p->pid, &status, 0);
	while (ended < 0 && errno == EINTR);
	p->pid = 0;
	if (ended < 0)
		return fail_set(
			why, ST_SYSTEM, "%s can't be waited for: %s", p->argv[0], strerror(errno));
	return judge(p->argv[0], status, why);
}

enum status process_run(struct process *p, struct fail *why)
{
	enum status st = process_start(p, why);
	return st == ST_OK ? process_wait(p, why) : st;
}

static void read_all(int fd, struct buf *out)
{
	char part[1024];
	ssize_t len;
	while ((len = read(fd, part, sizeof part)) > 0 || (len < 0 && errno == EINTR))
		if (len > 0)
			buf_put(out, part, (size_t)len);
}

enum status process_read(struct process *p, struct buf *out, struct fail *why)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return fail_set(why, ST_SYSTEM, "pipe: %s", strerror(errno));
	p->out = ends[1];
	enum status st = process_start(p, why);
	(void)close(ends[1]);
	if (st == ST_OK) {
		read_all(ends[0], out);
		st = process_wait(p, why);
	}
	(void)close(ends[0]);
	if (st == ST_OK && out->failed)
		return fail_set(why, ST_SYSTEM, "%s writes too much", p->argv[0]);
	return st;
}
