# Writes every statement to FOLDER/NAME.sql: the verbs of entities, and SCHEMA/statements/NAME.sql.
execute_process(COMMAND ${GENERATOR} ${SCHEMA} templates/statements.row
  OUTPUT_VARIABLE lines COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]+" names "${lines}")
file(GLOB files ${SCHEMA}/statements/*.sql)
foreach(file ${files})
  get_filename_component(name ${file} NAME_WLE)
  list(APPEND names ${name})
endforeach()
list(REMOVE_DUPLICATES names)
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})
foreach(name ${names})
  execute_process(COMMAND ${GENERATOR} ${SCHEMA} ${name}
    OUTPUT_FILE ${FOLDER}/${name}.sql COMMAND_ERROR_IS_FATAL ANY)
endforeach()
