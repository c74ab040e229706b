# Finds MLIR and LLVM's CMake functions. Sets CRANIA_IN_LLVM if the same CMake run builds MLIR, and
# MLIR_LINK_MLIR_DYLIB if users link libMLIR.so.

set(CRANIA_IN_LLVM OFF)
if(TARGET MLIRIR)
  get_target_property(imported MLIRIR IMPORTED)
  if(NOT imported)
    set(CRANIA_IN_LLVM ON)
  endif()
endif()

if(CRANIA_IN_LLVM)
  # LLVM's build knows its own tools and CMake modules.
  if(NOT MLIR_MAIN_SRC_DIR)
    set(MLIR_MAIN_SRC_DIR ${LLVM_MAIN_SRC_DIR}/../mlir)
  endif()
  set(MLIR_INCLUDE_DIRS ${MLIR_MAIN_SRC_DIR}/include ${LLVM_BINARY_DIR}/tools/mlir/include)
  set(LLVM_INCLUDE_DIRS ${LLVM_MAIN_INCLUDE_DIR} ${LLVM_INCLUDE_DIR})
  list(APPEND CMAKE_MODULE_PATH ${MLIR_MAIN_SRC_DIR}/cmake/modules)
else()
  # MLIR's version file accepts no version range, so the major is checked by hand.
  find_package(MLIR REQUIRED CONFIG HINTS /usr/lib/llvm-22/lib/cmake/mlir)
  list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
  set(LLVM_RUNTIME_OUTPUT_INTDIR ${CRANIA_TOOLS_DIR})
  # The package does not export its build options, but the presence of libMLIR.so shows this one.
  if(TARGET MLIR AND NOT DEFINED MLIR_LINK_MLIR_DYLIB)
    set(MLIR_LINK_MLIR_DYLIB ON)
  endif()
endif()
if(NOT LLVM_VERSION_MAJOR EQUAL 22)
  message(FATAL_ERROR "CRANIA needs LLVM/MLIR 22, found ${LLVM_VERSION_MAJOR}; set MLIR_DIR")
endif()
include(TableGen)
include(AddLLVM)
include(AddMLIR)
