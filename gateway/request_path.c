#include "gateway/request_path.h"

#include "gateway/http_text.h"

enum status request_path_put(const struct request_source *source, struct param_writer *w)
{
	const struct route *route = source->route;
	size_t count = source->path_values ? route->param_count : 0;
	enum status st = ST_OK;
	struct buf value = { 0 };
	for (size_t i = 0; st == ST_OK && i < count; i++) {
		buf_clear(&value);
		st = http_percent_decode(source->path_values[i], &value);
		if (st == ST_OK)
			st = value.failed
				     ? ST_NO_MEMORY
				     : param_writer_url_text(w, route->params[i], buf_view(&value));
	}
	buf_fini(&value);
	return st;
}
