#include "client/study/prompt.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

struct prompt {
	const char *text;
	enum prompt_kind kind;
	int terminal, signals; /* descriptors */
	struct termios former;
	sigset_t watched, former_mask;
};

/* The signals come through a descriptor, so that poll waits for them, too. */
static bool open_signals(struct prompt *p)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
	(void)sigemptyset(&p->watched);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		(void)sigaddset(&p->watched, numbers[i]);
	p->signals = signalfd(-1, &p->watched, SFD_CLOEXEC);
	return p->signals >= 0 && sigprocmask(SIG_BLOCK, &p->watched, &p->former_mask) == 0;
}

/* TCSAFLUSH drops what was typed before the prompt, because that was echoed. */
static bool hide(const struct prompt *p)
{
	struct termios hidden = p->former;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	hidden.c_lflag |= ICANON | ISIG;
	return p->kind == PROMPT_SHOWN || tcsetattr(p->terminal, TCSAFLUSH, &hidden) == 0;
}

/* The line end of the person was not echoed. */
static void show(const struct prompt *p)
{
	if (p->kind == PROMPT_SHOWN)
		return;
	(void)tcsetattr(p->terminal, TCSADRAIN, &p->former);
	(void)!write(p->terminal, "\n", 1);
}

static bool ask(const struct prompt *p)
{
	size_t len = strlen(p->text);
	return hide(p) && write(p->terminal, p->text, len) == (ssize_t)len;
}

/* Lets the signal do its work with the former settings of the terminal. Returns if it only stopped
 * the program. */
static bool pass_on(struct prompt *p)
{
	struct signalfd_siginfo came;
	sigset_t one;
	if (read(p->signals, &came, sizeof came) != sizeof came)
		return false;
	show(p);
	(void)sigemptyset(&one);
	(void)sigaddset(&one, (int)came.ssi_signo);
	(void)raise((int)came.ssi_signo);
	(void)sigprocmask(SIG_UNBLOCK, &one, NULL);
	(void)sigprocmask(SIG_BLOCK, &one, NULL);
	return ask(p);
}

/* A terminal gives whole lines. */
static enum prompt_result read_line(const struct prompt *p, char *out, size_t size)
{
	ssize_t len = read(p->terminal, out, size);
	if (len <= 0)
		return PROMPT_END;
	char *end = memchr(out, '\n', (size_t)len);
	if (!end)
		return len == (ssize_t)size ? PROMPT_TOO_LONG : PROMPT_END;
	*end = '\0';
	return strlen(out) == (size_t)(end - out) ? PROMPT_LINE : PROMPT_END;
}

static enum prompt_result wait_for_line(struct prompt *p, char *out, size_t size)
{
	struct pollfd at[] = { { p->terminal, POLLIN, 0 }, { p->signals, POLLIN, 0 } };
	bool may_wait = ask(p);
	while (may_wait && poll(at, 2, -1) > 0) {
		if (at[1].revents)
			may_wait = pass_on(p);
		else if (at[0].revents)
			return read_line(p, out, size);
	}
	return PROMPT_END;
}

/* The rest of a line that is too long must not become the next answer. */
static void finish(struct prompt *p, enum prompt_result result)
{
	if (result == PROMPT_TOO_LONG)
		(void)tcflush(p->terminal, TCIFLUSH);
	show(p);
	(void)sigprocmask(SIG_SETMASK, &p->former_mask, NULL);
}

enum prompt_result prompt_line(const char *prompt, enum prompt_kind kind, char *out, size_t size)
{
	struct prompt p = { .text = prompt, .kind = kind, .signals = -1 };
	enum prompt_result result = PROMPT_NO_TERMINAL;
	p.terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (p.terminal >= 0 && tcgetattr(p.terminal, &p.former) == 0 && open_signals(&p)) {
		result = wait_for_line(&p, out, size);
		finish(&p, result);
	}
	if (p.signals >= 0)
		(void)close(p.signals);
	if (p.terminal >= 0)
		(void)close(p.terminal);
	if (result != PROMPT_LINE)
		explicit_bzero(out, size);
	return result;
}
