# weir_plugin(NAME SOURCES a.c ... [LIBS x ...] [MODULE file_name])
#
# A plugin is one shared object without prefix, in the plugin folder of the
# build. Undefined symbols are refused when it is linked, not when it is loaded.
# A technology with two roles calls this twice, with MODULE names of its own.
function(weir_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "MODULE" "SOURCES;LIBS")
  if(NOT arg_MODULE)
    set(arg_MODULE ${name})
  endif()
  set(target plugin_${arg_MODULE})
  add_library(${target} MODULE ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE weir::sdk ${arg_LIBS})
  target_link_options(${target} PRIVATE -Wl,--as-needed)
  if(NOT WEIR_SANITIZE)
    target_link_options(${target} PRIVATE -Wl,-z,defs)
  endif()
  set_target_properties(${target} PROPERTIES
    PREFIX ""
    OUTPUT_NAME ${arg_MODULE}
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/plugins.d)
  set_property(GLOBAL APPEND PROPERTY WEIR_PLUGIN_TARGETS ${target})
  install(TARGETS ${target} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/weir)
endfunction()
