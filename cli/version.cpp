// parley version.
#include <sqlite3.h>

#include "cli/command_files.hpp"
#include "cli/terminal.hpp"

namespace parley::cli {
namespace {

int run(const Arguments& arguments) {
  if (!arguments.has("--json")) {
    print("parley " PARLEY_VERSION "\n");
    return kExitOk;
  }
  print_json(MapBuilder()
                 .set("version", PARLEY_VERSION)
                 .set("build", PARLEY_BUILD)
                 .set("compiler", "clang " __clang_version__)
                 .set("sqlite", sqlite3_libversion())
                 .build());
  return kExitOk;
}

constexpr Option kOptions[] = {{"--json", "", "Print JSON, with what it was built with."}};

}  // namespace

constinit const Command kVersion{
    "version",
    "Print the version",
    "",
    kOptions,
    "parley version\n"
    "parley version --json",
    run,
};

}  // namespace parley::cli
