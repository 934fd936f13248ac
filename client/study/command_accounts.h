/*
 * command_accounts: the commands of `study account` for operators, who act on the accounts of
 * others: list, create, disable, enable, password, role, delete and export.
 */
#ifndef STUDY_COMMAND_ACCOUNTS_H
#define STUDY_COMMAND_ACCOUNTS_H

#include "client/study/command.h"

/* Ends with NULL. */
extern const struct command *const account_commands[];

extern const struct command account_create_command, account_password_command,
	account_export_command;

#endif
