# weir_plugin(NAME ROLE SOURCES a.c ... [LIBS x ...])
#
# A plugin is one shared object, plugins.d/NAME_ROLE.so in the build; ROLE is
# extract, transform or load. `type: NAME` in that part of a pipeline file finds
# it. Undefined symbols are refused when it is linked, not when it is loaded. A
# technology with two roles calls this twice.
function(weir_plugin name role)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "SOURCES;LIBS")
  set(target ${name}_${role})
  add_library(${target} MODULE ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE weir::sdk ${arg_LIBS})
  target_link_options(${target} PRIVATE -Wl,--as-needed)
  if(NOT WEIR_SANITIZE)
    target_link_options(${target} PRIVATE -Wl,-z,defs)
  endif()
  set_target_properties(${target} PROPERTIES
    PREFIX ""
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/plugins.d)
  set_property(GLOBAL APPEND PROPERTY WEIR_PLUGIN_TARGETS ${target})
  install(TARGETS ${target} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/weir)
endfunction()
