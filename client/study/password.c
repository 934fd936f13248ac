#include "client/study/password.h"

#include <string.h>
#include <unistd.h>

#include "client/study/prompt.h"
#include "client/study/service.h"

static int refuse(const struct study *study, struct password *out, const char *reason)
{
	password_wipe(out);
	study_print_error(study, "%s", reason);
	return STUDY_EXIT_USAGE;
}

/* Byte by byte, so that the next line is left for the next question. */
static int read_input(const struct study *study, struct password *out)
{
	size_t len = 0;
	char c = '\0';
	ssize_t got = 0;
	while (len < sizeof out->text && (got = read(STDIN_FILENO, &c, 1)) == 1 && c != '\n')
		out->text[len++] = c;
	if (len > 0 && out->text[len - 1] == '\r')
		len--;
	if (got < 0)
		return refuse(study, out, "standard input can't be read");
	if (len >= sizeof out->text)
		return refuse(study, out, "the password is too long");
	out->text[len] = '\0';
	if (len == 0 || strlen(out->text) != len)
		return refuse(study, out, "standard input has no password in its first line");
	return STUDY_EXIT_DONE;
}

static const char no_terminal[] =
	"there is no terminal to ask for the password: use --password-stdin";

int password_ask(
	const struct study *study, const char *prompt, bool from_stdin, struct password *out)
{
	static const char *const reasons[] = {
		[PROMPT_LINE] = "a password is needed",
		[PROMPT_END] = "no password was typed",
		[PROMPT_TOO_LONG] = "the password is too long",
		[PROMPT_NO_TERMINAL] = no_terminal,
	};
	if (from_stdin)
		return read_input(study, out);
	enum prompt_result result = prompt_line(prompt, PROMPT_SECRET, out->text, sizeof out->text);
	if (result == PROMPT_LINE && *out->text)
		return STUDY_EXIT_DONE;
	return refuse(study, out, reasons[result]);
}

int password_ask_new(const struct study *study, bool from_stdin, struct password *out)
{
	struct password again;
	int exit = password_ask(study, "New password: ", from_stdin, out);
	if (exit != STUDY_EXIT_DONE || from_stdin)
		return exit;
	exit = password_ask(study, "The same password again: ", false, &again);
	if (exit != STUDY_EXIT_DONE)
		password_wipe(out);
	else if (strcmp(out->text, again.text) != 0)
		exit = refuse(study, out, "the two passwords are different");
	password_wipe(&again);
	return exit;
}

void password_wipe(struct password *password)
{
	explicit_bzero(password, sizeof *password);
}
