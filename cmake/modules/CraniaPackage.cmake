# The files that `cmake --install` and CPack install, and the package that find_package finds in the
# build tree and in the install tree.
if(NOT CRANIA_INSTALL)
  return()
endif()
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/crania)
set(build_package_dir ${CRANIA_LIBRARY_DIR}/cmake/crania)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/crania ${PROJECT_SOURCE_DIR}/include/crania-c
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT libcrania-dev
  FILES_MATCHING PATTERN "*.h" PATTERN "*.td" PATTERN "*.fbs")
install(DIRECTORY ${PROJECT_BINARY_DIR}/include/crania ${PROJECT_BINARY_DIR}/include/crania-c
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT libcrania-dev
  FILES_MATCHING PATTERN "*.inc" PATTERN "*.h" PATTERN CMakeFiles EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/share/crania
  DESTINATION ${CMAKE_INSTALL_DATADIR} COMPONENT crania)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT crania
  FILES_MATCHING PATTERN "*.md" PATTERN "*.svg")
install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT crania)
# The files that docs/Embedding.md refers to.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/test/Examples/out-of-tree
                  ${PROJECT_SOURCE_DIR}/test/Embedding/Inputs/c-client
                  ${PROJECT_SOURCE_DIR}/test/Embedding/Inputs/mlir-c-client
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples COMPONENT crania)
install(FILES ${PROJECT_SOURCE_DIR}/test/Embedding/stock_tools.py
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples COMPONENT crania)
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT crania)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR}
  COMPONENT crania RENAME copyright)

get_property(CRANIA_COMPONENTS GLOBAL PROPERTY CRANIA_EXPORTS)
list(REMOVE_DUPLICATES CRANIA_COMPONENTS)
set(CRANIA_TARGETS_OF_COMPONENTS "")
foreach(component ${CRANIA_COMPONENTS})
  get_property(names GLOBAL PROPERTY CRANIA_${component}_NAMES)
  string(APPEND CRANIA_TARGETS_OF_COMPONENTS "set(_crania_targets_${component} \"${names}\")\n")
  install(EXPORT Crania${component}Targets NAMESPACE Crania:: DESTINATION ${package_dir}
    COMPONENT libcrania-dev)
  export(EXPORT Crania${component}Targets NAMESPACE Crania::
    FILE ${build_package_dir}/Crania${component}Targets.cmake)
endforeach()

set(template ${PROJECT_SOURCE_DIR}/cmake/CraniaConfig.cmake.in)
set(CONFIG_INCLUDE_DIRS ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include)
set(CONFIG_TOOLS_DIR ${CRANIA_TOOLS_DIR})
set(CONFIG_LIBRARY_DIR ${CRANIA_LIBRARY_DIR})
set(CONFIG_DATA_DIR ${PROJECT_SOURCE_DIR}/share/crania)
configure_package_config_file(${template} ${build_package_dir}/CraniaConfig.cmake
  INSTALL_DESTINATION ${build_package_dir}
  INSTALL_PREFIX ${PROJECT_BINARY_DIR}
  PATH_VARS CONFIG_TOOLS_DIR CONFIG_LIBRARY_DIR CONFIG_DATA_DIR
  NO_CHECK_REQUIRED_COMPONENTS_MACRO)
set(CONFIG_INCLUDE_DIRS "\${PACKAGE_PREFIX_DIR}/${CMAKE_INSTALL_INCLUDEDIR}")
set(CONFIG_TOOLS_DIR ${CMAKE_INSTALL_BINDIR})
set(CONFIG_LIBRARY_DIR ${CMAKE_INSTALL_LIBDIR})
set(CONFIG_DATA_DIR ${CMAKE_INSTALL_DATADIR}/crania)
configure_package_config_file(${template} ${PROJECT_BINARY_DIR}/installed/CraniaConfig.cmake
  INSTALL_DESTINATION ${package_dir}
  PATH_VARS CONFIG_TOOLS_DIR CONFIG_LIBRARY_DIR CONFIG_DATA_DIR
  NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# The C++ API may change from one 0.x to the next (docs/Compatibility.md).
write_basic_package_version_file(${build_package_dir}/CraniaConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
configure_file(${PROJECT_SOURCE_DIR}/cmake/modules/CraniaDependencies.cmake
  ${build_package_dir}/CraniaDependencies.cmake COPYONLY)
install(FILES
  ${PROJECT_BINARY_DIR}/installed/CraniaConfig.cmake
  ${build_package_dir}/CraniaConfigVersion.cmake
  ${build_package_dir}/CraniaDependencies.cmake
  DESTINATION ${package_dir} COMPONENT libcrania-dev)

# Debian packages: cpack -G DEB. The package for users has the programs and the libraries that they
# load; the other one has the files for development.
if(PROJECT_IS_TOP_LEVEL)
  set(CPACK_PACKAGE_NAME crania)
  set(CPACK_PACKAGE_VENDOR "The CRANIA project")
  set(CPACK_PACKAGE_CONTACT "The CRANIA project <crania@localhost>")
  set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
  set(CPACK_GENERATOR DEB)
  set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
  set(CPACK_STRIP_FILES ON)
  set(CPACK_VERBATIM_VARIABLES ON)
  set(CPACK_COMPONENTS_ALL crania libcrania-dev)
  set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
  set(CPACK_DEB_COMPONENT_INSTALL ON)
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_CRANIA_PACKAGE_NAME crania)
  set(CPACK_DEBIAN_CRANIA_PACKAGE_SECTION science)
  set(CPACK_DEBIAN_CRANIA_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_CRANIA_PACKAGE_SUGGESTS "mlir-22-tools, libcrania-dev")
  set(CPACK_DEBIAN_LIBCRANIA-DEV_PACKAGE_NAME libcrania-dev)
  set(CPACK_DEBIAN_LIBCRANIA-DEV_PACKAGE_SECTION libdevel)
  string(CONCAT depends "crania (= ${crania_VERSION}), llvm-22-dev, libmlir-22-dev, mlir-22-tools,"
    " libflatbuffers-dev, nlohmann-json3-dev (>= 3.11), libonnx-dev, libprotobuf-dev")
  if(CRANIA_ENABLE_ONEDNN)
    string(APPEND depends ", libdnnl-dev, libgomp1")
  endif()
  set(CPACK_DEBIAN_LIBCRANIA-DEV_PACKAGE_DEPENDS ${depends})
  include(CPack)
  cpack_add_component(crania DISPLAY_NAME "CRANIA tools"
    DESCRIPTION "An MLIR compiler flow for iterative neural inference
 Compiler, simulated machine, plugin for mlir-opt and shared libraries.")
  cpack_add_component(libcrania-dev DISPLAY_NAME "CRANIA libraries" DEPENDS crania
    DESCRIPTION "Headers and libraries of CRANIA, for other compilers
 Dialects, passes, pipelines, runtime and their CMake package.")
endif()
