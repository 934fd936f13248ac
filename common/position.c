#include "common/position.h"

#include "common/msg.h"

void position_put(struct buf *out, struct position p)
{
	msg_put_array(out, 2);
	msg_put_int(out, p.timeline);
	msg_put_int(out, p.lsn);
}

bool position_read(struct span value, struct position *out)
{
	struct msg_reader in = msg_reader(value);
	struct msg_token array, timeline, lsn;
	if (msg_read(&in, &array) != ST_OK || array.type != MSG_ARRAY || array.count != 2
		|| msg_read(&in, &timeline) != ST_OK || timeline.type != MSG_INT
		|| msg_read(&in, &lsn) != ST_OK || lsn.type != MSG_INT || timeline.integer <= 0
		|| lsn.integer < 0)
		return false;
	*out = (struct position){ timeline.integer, lsn.integer };
	return true;
}

bool position_find(struct span map, struct position *out)
{
	struct span value;
	return msg_find(map, "position", &value) == ST_OK && position_read(value, out);
}

void position_put_text(struct buf *out, struct position p)
{
	buf_int(out, p.timeline);
	buf_byte(out, '-');
	buf_int(out, p.lsn);
}

static bool read_number(struct span digits, int64_t *out)
{
	return digits.len && *digits.bytes != '-' && span_to_int(digits, out);
}

bool position_of_text(struct span text, struct position *out)
{
	struct position p;
	struct span timeline = span_cut(&text, '-');
	if (!read_number(timeline, &p.timeline) || p.timeline == 0 || !read_number(text, &p.lsn))
		return false;
	*out = p;
	return true;
}
