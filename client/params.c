#include "client/params.h"

#include <stdlib.h>
#include <string.h>

#include "client/failure.h"
#include "common/utf8.h"

static const char no_memory[] = "out of memory";

enum study_status study_params_new(struct study_params **out)
{
	struct study_params *p = calloc(1, sizeof *p);
	if (!p)
		return STUDY_NO_MEMORY;
	*out = p;
	return STUDY_OK;
}

void study_params_free(struct study_params **params)
{
	if (*params)
		buf_fini(&(*params)->bytes);
	free(*params);
	*params = NULL;
}

void study_params_clear(struct study_params *p)
{
	buf_clear(&p->bytes);
	p->depth = 0;
	p->levels[0].count = 0;
	p->wrong = NULL;
}

static bool set_wrong(struct study_params *p, const char *what)
{
	if (!p->wrong)
		p->wrong = what;
	return false;
}

static bool is_text(struct span text)
{
	return text.len == 0
	       || (text.bytes && utf8_is_valid(text.bytes, text.len)
		       && !memchr(text.bytes, '\0', text.len));
}

bool params_begin(struct study_params *p, struct span key, size_t value_bytes)
{
	struct params_level *level = &p->levels[p->depth];
	if (p->wrong)
		return false;
	if (level->is_array == (key.bytes != NULL))
		return set_wrong(p, level->is_array ? "an array's element has no key"
						    : "a map's value needs a key");
	if (!is_text(key))
		return set_wrong(p, "a key is not valid UTF-8");
	if (value_bytes + key.len > PARAMS_BYTES_MAX
		|| p->bytes.len + value_bytes + key.len + 16 > PARAMS_BYTES_MAX)
		return set_wrong(p, "the params are over 1 MiB");
	if (!level->is_array)
		msg_put_text(&p->bytes, key);
	level->count++;
	return true;
}

static void end(struct study_params *p)
{
	if (p->bytes.failed)
		set_wrong(p, no_memory);
}

void study_params_int(struct study_params *p, const char *key, int64_t value)
{
	if (params_begin(p, span_of(key), sizeof value))
		msg_put_int(&p->bytes, value);
	end(p);
}

void study_params_real(struct study_params *p, const char *key, double value)
{
	if (params_begin(p, span_of(key), sizeof value))
		msg_put_real(&p->bytes, value);
	end(p);
}

void study_params_bool(struct study_params *p, const char *key, bool value)
{
	if (params_begin(p, span_of(key), 1))
		msg_put_bool(&p->bytes, value);
	end(p);
}

void study_params_nil(struct study_params *p, const char *key)
{
	if (params_begin(p, span_of(key), 1))
		msg_put_nil(&p->bytes);
	end(p);
}

void params_text(struct study_params *p, struct span key, struct span value)
{
	if (!is_text(value))
		set_wrong(p, "a text is not valid UTF-8");
	if (params_begin(p, key, value.len))
		msg_put_text(&p->bytes, value);
	end(p);
}

void study_params_text(struct study_params *p, const char *key, const char *value)
{
	if (value)
		params_text(p, span_of(key), span_of(value));
	else
		study_params_nil(p, key);
}

void params_open(struct study_params *p, struct span key, bool is_array)
{
	if (p->depth == PARAMS_DEPTH_MAX)
		set_wrong(p, "the params are nested over 12 deep");
	if (!params_begin(p, key, 5))
		return;
	size_t mark = is_array ? msg_open_array(&p->bytes) : msg_open_map(&p->bytes);
	p->levels[++p->depth] = (struct params_level){ mark, 0, is_array };
	end(p);
}

void study_params_open_map(struct study_params *p, const char *key)
{
	params_open(p, span_of(key), false);
}

void study_params_open_array(struct study_params *p, const char *key)
{
	params_open(p, span_of(key), true);
}

void study_params_close(struct study_params *p)
{
	if (p->wrong)
		return;
	if (p->depth == 0) {
		set_wrong(p, "more was closed than opened");
		return;
	}
	const struct params_level *level = &p->levels[p->depth--];
	msg_close(&p->bytes, level->mark, level->count);
}

/* In the innermost map. Sets *value to the bytes of the value. */
static bool find(const struct study_params *p, struct span key, struct span *value)
{
	const struct params_level *level = &p->levels[p->depth];
	size_t start = p->depth ? level->mark + 5 : 0; /* after the header that msg_open wrote */
	struct msg_token t;
	if (p->bytes.len == 0 || level->is_array)
		return false;
	struct msg_reader in = { p->bytes.bytes + start, p->bytes.bytes + p->bytes.len };
	while (msg_read(&in, &t) == ST_OK && t.type == MSG_TEXT) {
		bool is_it = span_equals(t.text, key);
		if (msg_skip(&in, value) != ST_OK)
			break;
		if (is_it)
			return true;
	}
	return false;
}

bool params_has(const struct study_params *p, struct span key)
{
	struct span value;
	return find(p, key, &value);
}

enum study_status params_check(const struct study_params *p, struct study_error *why)
{
	if (!p)
		return STUDY_OK;
	if (p->wrong == no_memory)
		return failure_set(why, STUDY_NO_MEMORY, "%s", no_memory);
	if (p->wrong || p->depth)
		return failure_set(why, STUDY_INVALID_ARGUMENT, "%s",
			p->wrong ? p->wrong : "more was opened than closed");
	return STUDY_OK;
}

void params_put(struct buf *out, const struct study_params *p, const char *session_id)
{
	struct span pairs = p ? buf_view(&p->bytes) : SPAN(""), value;
	bool has = session_id && p && find(p, SPAN("session_id"), &value);
	bool adds = session_id && !has;
	msg_put_map(out, (p ? p->levels[0].count : 0) + adds);
	if (adds) {
		msg_put_key(out, "session_id");
		msg_put_key(out, session_id);
	} else if (has && msg_is_nil(value)) {
		size_t before = (size_t)(value.bytes - pairs.bytes);
		buf_span(out, span_first(pairs, before));
		msg_put_key(out, session_id);
		pairs = span_drop(pairs, before + value.len);
	}
	buf_span(out, pairs);
}
