/*
 * export_file: the output of an export: standard output, or a file that has a temporary name until
 * it is complete.
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
	char temporary[PATH_MAX]; /* "": the output has no temporary name */
};

bool export_file_is_stdout(const char *path);

/* False: see errno. */
bool export_file_open(struct export_file *file, const char *path);
bool export_file_close(struct export_file *file);

void export_file_drop(struct export_file *file);

#endif
