#include "gateway/caller.h"

bool caller_is_asked(const struct method *m)
{
	return m->param_count > 0 && (m->params[m->param_count - 1].flags & PARAM_CALLER);
}

static void put_text(struct param_writer *w, const char *name, struct span text)
{
	if (text.len)
		param_writer_text(w, name, text);
}

void caller_put(const struct caller *c, const struct method *m, struct param_writer *w)
{
	if (!caller_is_asked(m))
		return;
	param_writer_int(w, "caller_scopes", c->principal->scopes);
	put_text(w, "caller_credential", span_of(c->principal->credential));
	put_text(w, "caller_address", c->address);
}
