/*
 * process: runs other programs, without a shell.
 *
 * A program inherits the environment and standard error, so it explains its failures itself. It is
 * looked for in PATH, then among Debian's programs of PostgreSQL, of which PATH has only some.
 *
 *	struct process dump = PROCESS("pg_dump", "--file", path);
 *	st = process_run(&dump, &why);
 */
#ifndef STUDY_PROCESS_H
#define STUDY_PROCESS_H

#include <sys/types.h>

#include "common/buf.h"
#include "common/status.h"

struct process {
	const char *const *argv; /* argv[0] is the name of the program; ends with NULL */
	int in, out;             /* -1: /dev/null; borrowed */
	pid_t pid;               /* 0: does not run */
};

#define PROCESS(...)                                                                    \
	{                                                                               \
		.argv = (const char *const[]){ __VA_ARGS__, NULL }, .in = -1, .out = -1 \
	}

/* ST_SYSTEM: the program is not installed or cannot be started; the text says so. */
enum status process_start(struct process *p, struct fail *why) MUST_CHECK;

/* Waits for its end. ST_SYSTEM: its exit status is not 0. */
enum status process_wait(struct process *p, struct fail *why) MUST_CHECK;

/* Both. */
enum status process_run(struct process *p, struct fail *why) MUST_CHECK;

/* Runs it and appends what it writes to standard output. `out` must have a limit. */
enum status process_read(struct process *p, struct buf *out, struct fail *why) MUST_CHECK;

#endif
