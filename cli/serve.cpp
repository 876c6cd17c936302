// parley serve: the server itself; everything it does is behind server/serve.hpp.
#include "server/serve.hpp"

#include "cli/command_files.hpp"
#include "cli/terminal.hpp"

namespace parley::cli {
namespace {

int run(const Arguments& arguments) {
  ServeOptions options{.folder = arguments.text("FOLDER", "."), .watch = !arguments.has("--no-watch")};
  for (const auto& [flag, setting] : {
           std::pair{"--listen", "server.listen"},
           std::pair{"--data-dir", "server.data_dir"},
           std::pair{"--threads", "server.threads"},
           std::pair{"--log-level", "server.log_level"},
           std::pair{"--log-format", "server.log_format"},
       }) {
    if (arguments.has(flag)) options.flags.emplace_back(setting, arguments.text(flag));
  }
  std::error_code problem;
  if (arguments.has("FOLDER") && !std::filesystem::is_directory(options.folder, problem)) {
    return report(
        {ErrorCode::not_found,
         "there is no folder " + options.folder.string(),
         {},
         "parley init NAME makes a new assistant"},
        kExitConfiguration
    );
  }
  return serve(options);
}

constexpr Option kOptions[] = {
    kFolderOption,
    {"--listen", "ADDRESS", "Where to listen; 127.0.0.1:8080 when left out. \":9000\" is this machine only."},
    {"--data-dir", "DIR", "Where conversations are stored; parley-data when left out."},
    {"--no-watch", "", "Do not publish changes of the folder as they are saved."},
    {"--threads", "N", "Threads that serve connections; one for each core when left out."},
    {"--log-level", "LEVEL", "trace, debug, info, warn or error."},
    {"--log-format", "FORMAT", "text or json."},
};

}  // namespace

constinit const Command kServe{
    "serve",
    "Serve an assistant: chat page, HTTP API, WebSocket",
    "Flows that you save while it runs are active within half a second; conversations that run keep\n"
    "theirs, and a flow with mistakes changes nothing. Other machines can reach the server only when\n"
    "--listen says so, and then an API key is required (PARLEY_SERVER__API_KEY_FILE).",
    kOptions,
    "parley serve\n"
    "parley serve examples/shop --listen :9000 --data-dir /var/lib/parley",
    run,
};

}  // namespace parley::cli
