#include "gateway/pool_line.h"

void pool_line_init(struct pool_line *line, size_t count_max, uint64_t rows_max)
{
	*line = (struct pool_line){ .count_max = count_max, .rows_max = rows_max };
	TAILQ_INIT(&line->calls);
}

bool pool_line_is_full(const struct pool_line *line)
{
	return line->count >= line->count_max || line->rows >= line->rows_max;
}

void pool_line_count_in(struct pool_line *line, const struct pool_call *call)
{
	line->count++;
	line->rows += call->rows;
}

void pool_line_count_out(struct pool_line *line, const struct pool_call *call)
{
	line->count--;
	line->rows -= call->rows;
}

void pool_line_append(struct pool_line *line, struct pool_call *call)
{
	TAILQ_INSERT_TAIL(&line->calls, call, link);
	pool_line_count_in(line, call);
}

void pool_line_prepend(struct pool_line *line, struct pool_call *call)
{
	TAILQ_INSERT_HEAD(&line->calls, call, link);
	pool_line_count_in(line, call);
}

void pool_line_remove(struct pool_line *line, struct pool_call *call)
{
	TAILQ_REMOVE(&line->calls, call, link);
	pool_line_count_out(line, call);
}
