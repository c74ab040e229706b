# Imported targets for libraries without a usable CMake package. CRANIA's build uses this file, and
# so do users of the installed package, next to CraniaConfig.cmake.

# crania_import(target [REQUIRED] LIBRARIES names... [HEADER header]): creates the imported target
# CraniaDependencies::<target>. Without REQUIRED, the target may be missing.
function(crania_import target)
  cmake_parse_arguments(ARG "REQUIRED" "HEADER" "LIBRARIES" ${ARGN})
  if(TARGET CraniaDependencies::${target})
    return()
  endif()
  find_library(CRANIA_${target}_LIBRARY NAMES ${ARG_LIBRARIES})
  mark_as_advanced(CRANIA_${target}_LIBRARY)
  set(missing "")
  if(NOT CRANIA_${target}_LIBRARY)
    list(APPEND missing "the library ${ARG_LIBRARIES}")
  endif()
  if(ARG_HEADER)
    find_path(CRANIA_${target}_INCLUDE_DIR ${ARG_HEADER})
    mark_as_advanced(CRANIA_${target}_INCLUDE_DIR)
    if(NOT CRANIA_${target}_INCLUDE_DIR)
      list(APPEND missing "the header ${ARG_HEADER}")
    endif()
  endif()
  if(missing)
    if(ARG_REQUIRED)
      list(JOIN missing " and " missing)
      message(FATAL_ERROR "CRANIA needs ${target}, but found not ${missing}, neither in the usual "
        "places nor in CMAKE_PREFIX_PATH")
    endif()
    return()
  endif()
  add_library(CraniaDependencies::${target} INTERFACE IMPORTED GLOBAL)
  set_property(TARGET CraniaDependencies::${target} PROPERTY
    INTERFACE_LINK_LIBRARIES ${CRANIA_${target}_LIBRARY})
  if(ARG_HEADER)
    set_property(TARGET CraniaDependencies::${target} PROPERTY
      INTERFACE_INCLUDE_DIRECTORIES ${CRANIA_${target}_INCLUDE_DIR})
  endif()
endfunction()

# ONNX: only the messages, not its checker or shape inference.
macro(crania_find_onnx)
  crania_import(onnx_proto ${ARGN} LIBRARIES onnx_proto HEADER onnx/onnx_pb.h)
endmacro()

# Debian's dnnl-config.cmake asks for OpenCL headers, which nothing here needs.
# oneDNN brings libgomp, whose number of threads contractions set.
macro(crania_find_onednn)
  crania_import(dnnl ${ARGN} LIBRARIES dnnl HEADER dnnl.h)
  crania_import(gomp ${ARGN} LIBRARIES gomp libgomp.so.1)
endmacro()
