# Writes OUT: the bytes of FILE as `const char NAME[]` and their count as `NAME_len`.
file(READ ${FILE} hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR len "${digits} / 2")
string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
file(WRITE ${OUT} "/* Made by gateway/embed_file.cmake from schema/openapi.json. */
#include \"gateway/api.h\"

const unsigned char ${NAME}[] = {
${hex}
};
const size_t ${NAME}_len = ${len};
")
