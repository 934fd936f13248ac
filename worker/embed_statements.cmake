# Writes OUT: an array of { name, text } for every STATEMENTS/*.sql and DIR/*.sql, sorted by name.
file(GLOB files ${STATEMENTS}/*.sql ${DIR}/*.sql)
list(SORT files COMPARE FILE_BASENAME)
set(rows "")
foreach(file ${files})
  get_filename_component(name ${file} NAME_WLE)
  file(READ ${file} text)
  string(REGEX REPLACE "(^|\n)--[^\n]*" "" text "${text}")
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  string(REPLACE "\n" "\\n\"\n\t  \"" text "${text}")
  string(APPEND rows "\t{ \"${name}\",\n\t  \"${text}\" },\n")
endforeach()
file(WRITE ${OUT} "/* Made by worker/embed_statements.cmake from schema/. */
#include \"worker/statement.h\"

const struct statement_text statement_texts[] = {
${rows}\t{ 0, 0 },
};
")
