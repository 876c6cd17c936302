# Compiler and linker settings shared by every target. Settings that only one layer needs (no exceptions in
# core) are applied in modules.cmake.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)

find_program(CCACHE ccache)
if(CCACHE)
  # base_dir and no hash_dir: a second checkout of the same tree hits the same cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE}
  )
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Werror=return-type -fno-omit-frame-pointer -fstack-protector-strong)
# Unoptimised: with sanitizers that halves what a build costs, and the tests still run in a minute or two.
add_compile_options("$<$<CONFIG:Debug>:-O0;-g1>" "$<$<CONFIG:Release>:-O2;-g1>")
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Fields with defaults need not be named in a designated initialiser.
  add_compile_options(-Werror -Wshadow -Wimplicit-fallthrough -Wno-missing-designated-field-initializers)
  # Release: calls across files are inlined at link time, which only lld does here; everything else links with mold.
  find_program(MOLD mold)
  find_program(LLD ld.lld-19)
  if(CMAKE_BUILD_TYPE STREQUAL "Release" AND LLD)
    add_compile_options(-flto=thin)
    add_link_options(-flto=thin --ld-path=${LLD} -Wl,--thinlto-cache-dir=${CMAKE_BINARY_DIR}/lto-cache)
  elseif(MOLD)
    add_link_options(--ld-path=${MOLD})
  endif()
  if(MOLD OR (CMAKE_BUILD_TYPE STREQUAL "Release" AND LLD))
    # Neither linker needs an archive's index, which an older ar cannot make of ThinLTO objects.
    set(CMAKE_CXX_ARCHIVE_CREATE "<CMAKE_AR> qcS <TARGET> <LINK_FLAGS> <OBJECTS>")
    set(CMAKE_CXX_ARCHIVE_APPEND "<CMAKE_AR> qS <TARGET> <LINK_FLAGS> <OBJECTS>")
    set(CMAKE_CXX_ARCHIVE_FINISH "")
  endif()
endif()
add_compile_options("$<$<CONFIG:Release>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>")
add_link_options(-Wl,-z,relro,-z,now)

# A quicker allocator, see docs/adr/0023-allocator.md; sanitizers bring their own.
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT PARLEY_SANITIZE)
  find_library(MIMALLOC mimalloc)
  if(MIMALLOC)
    link_libraries(${MIMALLOC})
  endif()
endif()

set(PARLEY_SANITIZE "" CACHE STRING "Sanitizers, comma separated: address,undefined or thread")
if(PARLEY_SANITIZE)
  add_compile_options(-fsanitize=${PARLEY_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PARLEY_SANITIZE})
  if(PARLEY_SANITIZE MATCHES "undefined")
    # vptr needs RTTI, which core is built without; function types differ across coroutine frames.
    add_compile_options(-fno-sanitize=vptr,function)
  endif()
endif()

if(PARLEY_FUZZ)
  # Every object reports its coverage to the fuzzer, not only the targets' own.
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()
