/*
 * json_out: MessagePack values as JSON text (RFC 8259), appended straight to a buffer.
 *
 * Pure. Input is a whole checked value (msg_measure); whatever can't be shown becomes null, and
 * the output is one valid JSON value all the same.
 */
#ifndef COMMON_JSON_OUT_H
#define COMMON_JSON_OUT_H

#include "common/msg.h"

/* Quoted; only what must be is escaped. Input is UTF-8. */
void json_out_text(struct buf *out, struct span text);

/* One MessagePack value. Reals are written shortest that read back the same; NaN and infinities
 * as null; bin as null; a map's keys that are no text are dropped with their values. */
void json_out_value(struct buf *out, struct span value);

#endif
