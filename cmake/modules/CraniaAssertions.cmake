# CRANIA_ENABLE_ASSERTIONS enables assert() and the checks of libstdc++. Without it, NDEBUG is
# defined for every build type.
#
# Code that links MLIR has NDEBUG in either case: the packaged MLIR is built with it, and
# Pass::Statistic has another size without it.

if(NOT CRANIA_ENABLE_ASSERTIONS)
  add_compile_definitions(NDEBUG)
  return()
endif()

# These definitions change no size.
add_compile_definitions(_GLIBCXX_ASSERTIONS)
# CMake's flags of a build type define NDEBUG.
foreach(language C CXX)
  foreach(type RELEASE RELWITHDEBINFO MINSIZEREL)
    string(REPLACE "-DNDEBUG" "" CMAKE_${language}_FLAGS_${type} "${CMAKE_${language}_FLAGS_${type}}")
  endforeach()
endforeach()
