/*
 * complete: what may follow on a command line, for the completion of shells. The scripts in
 * completion/ use it for the commands of entities.
 *
 * The shell calls `study __complete WORD…` with the words before the cursor, from the command on.
 * The program prints one word per line: the commands of entities if there is no word, else verbs,
 * options, or the values of the option or word that is next. Nothing: it knows no value.
 */
#ifndef STUDY_COMPLETE_H
#define STUDY_COMPLETE_H

#include <stdio.h>

void complete_print(char *const *argv, int argc, FILE *to);

#endif
