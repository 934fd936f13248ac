/*
 * user_directory: the directories of programs in the home of a user, by the XDG Base Directory
 * Specification (freedesktop.org, version 0.8).
 *
 *	char *path = user_directory("XDG_STATE_HOME", "/.local/state", "/studytracker");
 *	if (path && user_directory_make(path)) ...
 *	free(path);
 */
#ifndef STUDY_USER_DIRECTORY_H
#define STUDY_USER_DIRECTORY_H

#include <stdbool.h>

/* Returns the path of `name` below the directory of the variable, else below $HOME and `fallback`;
 * the caller frees it. A variable without an absolute path counts as not set. NULL: HOME is not set
 * either, or there is no memory. */
char *user_directory(const char *variable, const char *fallback, const char *name);

/* Makes the directory and those above it, for the user alone (0700). The path is written to
 * meanwhile. False: errno. */
bool user_directory_make(char *path);

#endif
