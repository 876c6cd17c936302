// The command line: `parley COMMAND …`.
//
// Results go to stdout, messages to stderr. Exit codes: 0 fine, 1 something was found or failed, 2 the
// command was called wrongly, 3 the folder, the settings or the data cannot be used.
#pragma once

namespace parley::cli {

[[nodiscard]] int run(int argc, char** argv);

}  // namespace parley::cli
