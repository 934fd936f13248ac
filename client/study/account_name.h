/*
 * account_name: how operators name the account of another person on a command line.
 *
 * A name is a user name or an e-mail address, whatever its case, or @ID. No user name or address
 * starts with @, so the three do not collide. A name that differs in more than the case of letters,
 * such as STRASSE for straße, is an error that shows the @ID to use.
 */
#ifndef STUDY_ACCOUNT_NAME_H
#define STUDY_ACCOUNT_NAME_H

#include "client/study/command.h"

/* Sets *id to the account's. Returns STUDY_EXIT_DONE, or prints an error and returns its exit
 * status. */
int account_name_find(struct study *study, const char *name, int64_t *id);

#endif
