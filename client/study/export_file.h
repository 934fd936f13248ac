/*
 * export_file: the output of an export: standard output, or a file that has a temporary name until
 * it is complete. It then replaces the old file and keeps its mode. Of a symbolic link, the target
 * is replaced.
 *
 * Invariant: nothing with a temporary name stays behind, also after SIGINT, SIGTERM, SIGHUP or
 * SIGQUIT. So only one file with a temporary name is open at a time.
 *
 *	if (!export_file_open(&file, path)) ... errno
 *	fwrite(…, file.to);
 *	if (!export_file_close(&file)) ... errno
 *	export_file_drop(&file); // removes what is not complete
 */
#ifndef STUDY_EXPORT_FILE_H
#define STUDY_EXPORT_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

struct export_file {
	FILE *to;
	const char *path;         /* borrowed; NULL or "-": standard output */
	char target[PATH_MAX];    /* `path` without symbolic links */
	char temporary[PATH_MAX]; /* "": the output has no temporary name */
};

bool export_file_is_stdout(const char *path);

/* False: see errno, and nothing is open. */
bool export_file_open(struct export_file *file, const char *path);

/* False: see errno, and drop the file. */
bool export_file_close(struct export_file *file);

void export_file_drop(struct export_file *file);

#endif
