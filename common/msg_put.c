#include "common/msg.h"

#include <msgpack.h>

static int write_packed(void *data, const char *bytes, size_t len)
{
	struct buf *b = data;
	buf_put(b, bytes, len);
	return b->failed ? -1 : 0;
}

/* The packer's result is ignored: b->failed holds it. */
static msgpack_packer packer_to(struct buf *b)
{
	return (msgpack_packer){ .data = b, .callback = write_packed };
}

void msg_put_nil(struct buf *b)
{
	buf_byte(b, (char)0xc0);
}

void msg_put_bool(struct buf *b, bool value)
{
	buf_byte(b, (char)(value ? 0xc3 : 0xc2));
}

void msg_put_int(struct buf *b, int64_t value)
{
	msgpack_packer to = packer_to(b);
	(void)msgpack_pack_int64(&to, value);
}

void msg_put_real(struct buf *b, double value)
{
	msgpack_packer to = packer_to(b);
	(void)msgpack_pack_double(&to, value);
}

/* Most texts are short: fixstr and str8. */
void msg_put_text(struct buf *b, struct span text)
{
	enum { FIXSTR_MAX = 31, STR8_MAX = 255 };
	msgpack_packer to = packer_to(b);
	if (text.len > STR8_MAX)
		(void)msgpack_pack_str(&to, text.len);
	else if (text.len > FIXSTR_MAX)
		buf_put(b, (const char[]){ (char)0xd9, (char)text.len }, 2);
	else
		buf_byte(b, (char)(0xa0 | text.len));
	buf_span(b, text);
}

void msg_put_key(struct buf *b, const char *text)
{
	msg_put_text(b, span_of(text));
}

void msg_put_array(struct buf *b, uint32_t count)
{
	msgpack_packer to = packer_to(b);
	(void)msgpack_pack_array(&to, count);
}

void msg_put_map(struct buf *b, uint32_t pairs)
{
	msgpack_packer to = packer_to(b);
	(void)msgpack_pack_map(&to, pairs);
}

static size_t open_counted(struct buf *b, unsigned char head)
{
	size_t mark = b->len;
	unsigned char bytes[5] = { head };
	buf_put(b, bytes, sizeof bytes);
	return mark;
}

size_t msg_open_array(struct buf *b)
{
	return open_counted(b, 0xdd);
}

size_t msg_open_map(struct buf *b)
{
	return open_counted(b, 0xdf);
}

size_t msg_open_text(struct buf *b)
{
	return open_counted(b, 0xdb);
}

void msg_close(struct buf *b, size_t mark, uint32_t count)
{
	if (b->failed)
		return; /* the header may be missing, too */
	for (int i = 0; i < 4; i++)
		b->bytes[mark + 1 + (size_t)i] = (char)(count >> (24 - 8 * i));
}
