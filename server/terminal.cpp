#include "server/terminal.hpp"

#include <unistd.h>

#include <cstdio>

#include "server/banner.hpp"

namespace parley {

void say(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

bool on_terminal() {
  return isatty(STDERR_FILENO) != 0;
}

int report(const Error& error, int code) {
  say(describe(error));
  return code;
}

std::string process_name() {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  return std::string(host) + ":" + std::to_string(::getpid());
}

}  // namespace parley
