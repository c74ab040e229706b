# Functions that declare the libraries, tools and tests of CRANIA.

# crania_add_library(name sources... [LINK libs...] [MLIR_LINK libs...] [DEPENDS targets...])
# MLIR_LINK names upstream component libraries; a build against libMLIR.so links
# that instead. Libraries without MLIR_LINK must not include LLVM headers.
# Libraries in lib/ are installed and exported as Crania::<name without Crania>. The component of
# such a library is ONNX (with the importer), Compiler (with MLIR) or Runtime (without).
function(crania_add_library name)
  cmake_parse_arguments(ARG "" "" "LINK;MLIR_LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_compile_features(${name} PUBLIC cxx_std_17)
  target_include_directories(${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_include_directories(${name} SYSTEM PUBLIC $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>)
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  if(ARG_MLIR_LINK)
    if(CRANIA_ENABLE_ASSERTIONS)
      # Also for what links this library: see CraniaAssertions.cmake.
      target_compile_options(${name} PUBLIC
        "$<BUILD_INTERFACE:$<$<COMPILE_LANGUAGE:CXX>:SHELL:-include ${PROJECT_SOURCE_DIR}/cmake/modules/StatisticWithNdebug.h>>")
    endif()
    target_include_directories(${name} SYSTEM PUBLIC
      $<BUILD_INTERFACE:${MLIR_INCLUDE_DIRS}> $<BUILD_INTERFACE:${LLVM_INCLUDE_DIRS}>)
    mlir_target_link_libraries(${name} PUBLIC ${ARG_MLIR_LINK})
    if(MLIR_LINK_MLIR_DYLIB)
      target_link_libraries(${name} PUBLIC LLVM)
    endif()
  endif()
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY ${PROJECT_SOURCE_DIR}
    OUTPUT_VARIABLE folder)
  if(folder MATCHES "^lib/")
    set_property(GLOBAL APPEND PROPERTY CRANIA_LIBRARIES "${folder} ${name}")
  endif()
  if(folder MATCHES "^lib/(Import/ONNX|CAPI)" OR name STREQUAL "CraniaDriver")
    crania_export(${name} ONNX)
  elseif(folder MATCHES "^lib/" AND ARG_MLIR_LINK)
    crania_export(${name} Compiler)
  elseif(folder MATCHES "^lib/")
    crania_export(${name} Runtime)
  endif()
endfunction()

# crania_write_library_graph(): writes library-graph.txt into the build folder, a line
# 'folder library: what it links' for each library in lib/. utils/library-graph.py
# checks it.
function(crania_write_library_graph)
  get_property(libraries GLOBAL PROPERTY CRANIA_LIBRARIES)
  set(lines "")
  foreach(library ${libraries})
    string(REGEX REPLACE "^.* " "" name ${library})
    get_target_property(links ${name} LINK_LIBRARIES)
    if(NOT links)
      set(links "")
    endif()
    list(JOIN links " " links)
    string(APPEND lines "${library}: ${links}\n")
  endforeach()
  file(WRITE ${PROJECT_BINARY_DIR}/library-graph.txt "${lines}")
endfunction()

# crania_export(target component [NAME name]): installs a target and exports it, in
# the build tree as in the install tree, as Crania::<name>.
function(crania_export target component)
  cmake_parse_arguments(ARG "" "NAME" "" ${ARGN})
  if(NOT ARG_NAME)
    string(REGEX REPLACE "^Crania" "" ARG_NAME ${target})
  endif()
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    add_executable(Crania::${ARG_NAME} ALIAS ${target})
  elseif(NOT type STREQUAL "MODULE_LIBRARY")
    add_library(Crania::${ARG_NAME} ALIAS ${target})
  endif()
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${ARG_NAME})
  set_property(GLOBAL APPEND PROPERTY CRANIA_${component}_LIBRARIES ${target})
  set_property(GLOBAL APPEND PROPERTY CRANIA_${component}_NAMES ${ARG_NAME})
  set_property(GLOBAL APPEND PROPERTY CRANIA_EXPORTS ${component})
  if(CRANIA_INSTALL)
    install(TARGETS ${target} EXPORT Crania${component}Targets
      RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT crania
      ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT libcrania-dev
      LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT crania NAMELINK_COMPONENT libcrania-dev)
  endif()
endfunction()

# crania_shared_library(name component SOVERSION n EXPORTS file sources... [LINK libs...]
#   [NAME name])
# Declares a shared library that exports only the symbols in the linker version script EXPORTS.
# SOVERSION is the major version of its interface.
function(crania_shared_library name component)
  cmake_parse_arguments(ARG "" "SOVERSION;EXPORTS;NAME" "LINK" ${ARGN})
  set(sources ${ARG_UNPARSED_ARGUMENTS})
  if(NOT sources)
    # The library consists only of archives, but CMake requires a source.
    set(sources ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
    file(WRITE ${sources} "")
  endif()
  add_library(${name} SHARED ${sources})
  set_target_properties(${name} PROPERTIES
    VERSION ${ARG_SOVERSION}.${crania_VERSION_PATCH}
    SOVERSION ${ARG_SOVERSION}
    LIBRARY_OUTPUT_DIRECTORY ${CRANIA_LIBRARY_DIR}
    INSTALL_RPATH_USE_LINK_PATH ON
    LINK_DEPENDS ${ARG_EXPORTS})
  if(ARG_LINK)
    target_link_libraries(${name} PRIVATE ${ARG_LINK})
  endif()
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_options(${name} PRIVATE -Wl,--version-script=${ARG_EXPORTS})
  # The executable contains the runtime of a sanitizer.
  if(NOT CRANIA_SANITIZE AND NOT CRANIA_SANITIZE_THREAD)
    target_link_options(${name} PRIVATE -Wl,--no-undefined)
  endif()
  target_include_directories(${name} INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  crania_export(${name} ${component} NAME ${ARG_NAME})
endfunction()

# crania_link_archives(target WHOLE|PART components...): links the libraries of these components by
# path, either all of their objects or only the needed ones, without their own link dependencies.
function(crania_link_archives target extent)
  set(archives "")
  foreach(component ${ARGN})
    get_property(libraries GLOBAL PROPERTY CRANIA_${component}_LIBRARIES)
    foreach(library ${libraries})
      list(APPEND archives $<TARGET_FILE:${library}>)
      add_dependencies(${target} ${library})
    endforeach()
  endforeach()
  if(extent STREQUAL "WHOLE")
    target_link_libraries(${target} PRIVATE -Wl,--whole-archive ${archives} -Wl,--no-whole-archive)
  else()
    target_link_libraries(${target} PRIVATE -Wl,--start-group ${archives} -Wl,--end-group)
  endif()
  target_link_libraries(${target} PRIVATE Threads::Threads)
  if(CRANIA_ENABLE_ONEDNN)
    target_link_libraries(${target} PRIVATE CraniaDependencies::dnnl CraniaDependencies::gomp)
  endif()
  if("ONNX" IN_LIST ARGN)
    target_link_libraries(${target} PRIVATE CraniaDependencies::onnx_proto protobuf::libprotobuf)
  endif()
endfunction()

# crania_sanitizer_options(executable): sets its defaults in a build with sanitizers.
function(crania_sanitizer_options name)
  if(CRANIA_SANITIZE)
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/SanitizerOptions.cpp)
  endif()
endfunction()

# crania_add_tool(name sources... [LINK libs...] [PLUGINS])
# PLUGINS: the tool loads dialect and pass plugins, so it exports its symbols.
function(crania_add_tool name)
  cmake_parse_arguments(ARG "PLUGINS" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CRANIA_TOOLS_DIR}
    INSTALL_RPATH_USE_LINK_PATH ON)
  if(ARG_PLUGINS)
    export_executable_symbols_for_plugins(${name})
  endif()
  crania_export(${name} Tools NAME ${name})
  crania_sanitizer_options(${name})
  set_property(GLOBAL APPEND PROPERTY CRANIA_TOOLS ${name})
endfunction()

# crania_add_unittest(name sources... [LINK libs...])
# Declares a GoogleTest binary, with exceptions and RTTI, which RapidCheck needs to report a failing
# property.
function(crania_add_unittest name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gtest GTest::gtest_main rapidcheck rapidcheck_gtest)
  target_compile_options(${name} PRIVATE -fexceptions
    $<$<COMPILE_LANGUAGE:CXX>:-frtti>)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  crania_sanitizer_options(${name})
  set_property(GLOBAL APPEND PROPERTY CRANIA_UNITTESTS ${name})
endfunction()

# crania_add_flatbuffers(target schema): generates schema_generated.h next to the copy of the
# schema's folder in the build tree. --force-empty writes empty vectors, so that readers never get a
# null one.
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
