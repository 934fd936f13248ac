/*
 * prompt: asks a person for a line on the terminal.
 *
 * The terminal is that of the session (/dev/tty), so standard input and output may be pipes.
 *
 * Invariants:
 *   - A secret line is not echoed.
 *   - The terminal has its former settings again when prompt_line returns and when one of the usual
 *     signals (SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP) ends or stops the program. After a stop
 *     the prompt appears again.
 *
 *	switch (prompt_line("Password: ", PROMPT_SECRET, line, sizeof line)) ...
 */
#ifndef STUDY_PROMPT_H
#define STUDY_PROMPT_H

#include <stddef.h>

enum prompt_kind { PROMPT_SHOWN, PROMPT_SECRET };

enum prompt_result {
	PROMPT_LINE,
	PROMPT_END,      /* the person ended the input (Ctrl-D), or reading failed */
	PROMPT_TOO_LONG, /* the line has `size` bytes or more */
	PROMPT_NO_TERMINAL,
};

/* Sets `out` to the line without its end. Wipes `out` unless it returns PROMPT_LINE. */
enum prompt_result prompt_line(const char *prompt, enum prompt_kind kind, char *out, size_t size);

#endif
