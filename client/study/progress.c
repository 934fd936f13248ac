#include "client/study/progress.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "client/study/bar.h"

enum { EVERY_MS = 100, BAR_COLUMNS = 30, TEXT_COLUMNS = 48 };

int64_t progress_now_ms(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void progress_start(struct progress *p, const struct terminal *terminal, uint64_t done_first)
{
	int64_t now_ms = progress_now_ms();
	*p = (struct progress){ .terminal = terminal,
		.started_ms = now_ms,
		.drawn_ms = now_ms, /* a fast task shows no progress */
		.done_first = done_first };
}

static void format_left(const struct progress_now *now, uint64_t done_first, int64_t elapsed_ms,
	char *out, size_t size)
{
	uint64_t done = now->done - done_first;
	out[0] = '\0';
	if (done == 0 || now->total < now->done || elapsed_ms <= 0)
		return;
	uint64_t seconds = (uint64_t)((double)(now->total - now->done) / (double)done
					      * (double)elapsed_ms / 1000
				      + 0.5);
	if (seconds < 360000)
		(void)snprintf(
			out, size, "  %" PRIu64 ":%02" PRIu64 " left", seconds / 60, seconds % 60);
}

void progress_format(const struct progress_now *now, uint64_t done_first, int64_t elapsed_ms,
	int columns, bool is_utf8, char out[PROGRESS_SIZE])
{
	char bar[BAR_SIZE] = "", percent[16] = "", left[48];
	double seconds = elapsed_ms > 0 ? (double)elapsed_ms / 1000 : 0.001;
	int room = columns - TEXT_COLUMNS, used = 0;
	room = room > BAR_COLUMNS ? BAR_COLUMNS : room < 0 ? 0 : room;
	if (now->total > 0) {
		used = bar_draw((double)now->done, (double)now->total, room, is_utf8, bar);
		uint64_t part = now->done < now->total ? now->done : now->total;
		(void)snprintf(percent, sizeof percent, " %3d%%",
			(int)((double)part / (double)now->total * 100));
	} else
		room = 0;
	format_left(now, done_first, elapsed_ms, left, sizeof left);
	(void)snprintf(out, PROGRESS_SIZE, "%s%*s%s  %" PRIu64 " row%s  %.0f/s%s", bar, room - used,
		"", percent, now->rows, now->rows == 1 ? "" : "s", (double)now->rows / seconds,
		left);
	if (room == 0 && columns >= 0 && columns < PROGRESS_SIZE) /* no bar: ASCII only */
		out[columns] = '\0';
}

void progress_show(struct progress *p, const struct progress_now *now)
{
	char line[PROGRESS_SIZE];
	int64_t now_ms = progress_now_ms();
	if (!p->terminal->is_terminal || now_ms - p->drawn_ms < EVERY_MS)
		return;
	p->drawn_ms = now_ms;
	p->is_drawn = true;
	progress_format(now, p->done_first, now_ms - p->started_ms, p->terminal->columns - 1,
		p->terminal->is_utf8, line);
	fprintf(p->terminal->to, "\r%s\x1b[K", line);
	fflush(p->terminal->to);
}

void progress_clear(struct progress *p)
{
	if (!p->is_drawn)
		return;
	fputs("\r\x1b[K", p->terminal->to);
	p->is_drawn = false;
	p->drawn_ms = 0;
}
