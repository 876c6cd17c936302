# parley_module(NAME [CORE] [DEPS lib...] [TEST_DEPS lib...])
#
# One static library per folder (recursively), named after its path, and one test program of all its
# *_test.cpp files; every test file is one ctest entry, so a failure names its file.
# The DEPS lists are the dependency rules of ARCHITECTURE.md; scripts/check_deps checks the includes as well.
find_package(Threads REQUIRED)
if(BUILD_TESTING OR PARLEY_BENCH)
  find_package(benchmark REQUIRED)
endif()

add_library(parley_doctest_main OBJECT ${CMAKE_SOURCE_DIR}/tests/doctest_main.cpp)

function(parley_module name)
  cmake_parse_arguments(arg "CORE" "" "DEPS;TEST_DEPS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_(test|bench|fuzz)\\.cpp$")

  if(sources)
    add_library(${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${name} ${scope} ${CMAKE_SOURCE_DIR}/core)
  if(arg_CORE)
    # Pure code: nothing but the standard library, no exceptions, no RTTI.
    if(sources)
      target_compile_options(${name} PRIVATE -fno-exceptions -fno-rtti)
    endif()
  else()
    target_include_directories(${name} ${scope} ${CMAKE_SOURCE_DIR})
  endif()
  target_link_libraries(${name} ${scope} ${arg_DEPS})

  if(tests AND BUILD_TESTING)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${name} parley_doctest_main ${arg_TEST_DEPS} Threads::Threads)
    target_include_directories(${name}_test PRIVATE ${CMAKE_SOURCE_DIR})
    target_compile_definitions(
      ${name}_test PRIVATE PARLEY_SOURCE_DIR="${CMAKE_SOURCE_DIR}" PARLEY_DATA_DIR="${PARLEY_DATA_DIR}"
    )
    foreach(test ${tests})
      get_filename_component(stem ${test} NAME_WE)
      string(REGEX REPLACE "_test$" "" stem ${stem})
      add_test(NAME ${name}.${stem} COMMAND ${name}_test --source-file=*${stem}_test.cpp
               WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
      set_tests_properties(${name}.${stem} PROPERTIES TIMEOUT 120)
    endforeach()
  endif()
endfunction()

# parley_benchmark(NAME SOURCE lib...): a program of the release build. Others compile it only, so that it cannot fall behind
# what it measures.
function(parley_benchmark name source)
  if(PARLEY_BENCH)
    add_executable(${name} ${source})
  elseif(BUILD_TESTING)
    add_library(${name} OBJECT ${source})
  else()
    return()
  endif()
  target_link_libraries(${name} PRIVATE ${ARGN})
endfunction()
