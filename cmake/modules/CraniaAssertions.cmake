# CRANIA_ENABLE_ASSERTIONS enables assert() and the checks of libstdc++. Without it, NDEBUG is
# defined for every build type.
#
# The packaged MLIR is built with NDEBUG. Only one class that its libraries share with
# ours has another size without it: llvm::Statistic, the base of Pass::Statistic. So
# every file that links MLIR first includes StatisticWithNdebug.h, which declares that
# class as the package has it.

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
