# Functions that every library, tool and test of CRANIA is declared with.

# crania_add_library(name sources... [MLIR] [LINK libs...] [MLIR_LINK libs...] [DEPENDS targets...])
# MLIR_LINK names upstream component libraries; a build against libMLIR.so links
# that instead. Libraries without MLIR_LINK must not include LLVM headers.
function(crania_add_library name)
  cmake_parse_arguments(ARG "" "" "LINK;MLIR_LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  if(ARG_MLIR_LINK)
    target_include_directories(${name} SYSTEM PUBLIC ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
    mlir_target_link_libraries(${name} PUBLIC ${ARG_MLIR_LINK})
    if(MLIR_LINK_MLIR_DYLIB)
      target_link_libraries(${name} PUBLIC LLVM)
    endif()
  endif()
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()

# crania_sanitizer_options(executable): its defaults in a build with sanitizers.
function(crania_sanitizer_options name)
  if(CRANIA_SANITIZE)
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/SanitizerOptions.cpp)
  endif()
endfunction()

# crania_add_tool(name sources... [LINK libs...] [PLUGINS])
# PLUGINS: the tool loads dialect and pass plugins, so it exports its symbols.
function(crania_add_tool name)
  cmake_parse_arguments(ARG "PLUGINS" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CRANIA_TOOLS_DIR})
  if(ARG_PLUGINS)
    export_executable_symbols_for_plugins(${name})
  endif()
  crania_sanitizer_options(${name})
  set_property(GLOBAL APPEND PROPERTY CRANIA_TOOLS ${name})
endfunction()

# crania_add_unittest(name sources... [LINK libs...])
# A GoogleTest binary. Built with exceptions and RTTI, which RapidCheck needs to
# report a failing property.
function(crania_add_unittest name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gtest GTest::gtest_main rapidcheck rapidcheck_gtest)
  target_compile_options(${name} PRIVATE -fexceptions -frtti)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  crania_sanitizer_options(${name})
  set_property(GLOBAL APPEND PROPERTY CRANIA_UNITTESTS ${name})
endfunction()

# crania_add_flatbuffers(target schema): generates schema_generated.h beside the
# build tree's copy of the schema's folder. --force-empty: empty vectors are
# written as such, so that readers never meet a null one.
function(crania_add_flatbuffers target schema)
  get_filename_component(stem ${schema} NAME_WE)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${stem}_generated.h)
  add_custom_command(OUTPUT ${output}
    COMMAND ${FLATC} --cpp --scoped-enums --gen-mutable --gen-object-api --force-empty --cpp-std c++17
            -o ${CMAKE_CURRENT_BINARY_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/${schema}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${schema}
    COMMENT "Generating ${stem}_generated.h")
  add_custom_target(${target} DEPENDS ${output})
endfunction()
