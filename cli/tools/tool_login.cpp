// parley tool login: one person signs in for the whole team, through a running server.
#include <chrono>
#include <string>
#include <thread>

#include "cli/command_files.hpp"
#include "cli/remote/http_client.hpp"
#include "cli/terminal.hpp"

namespace parley::cli {
namespace {

constexpr std::chrono::seconds kLinkLives{600};
constexpr std::chrono::milliseconds kBetweenLooks{500};

int failed(const Error& error) {
  const bool found = error.code == ErrorCode::not_found || error.code == ErrorCode::invalid_input;
  return report(error, found ? kExitFindings : kExitConfiguration);
}

int run_login(const Arguments& arguments) {
  const auto client = HttpClient::from(arguments);
  if (!client) return report(client.error(), kExitUsage);
  const std::string connector = arguments.text("CONNECTOR");
  const std::string path = "/v1/sign-ins/" + escaped(connector);
  const bool device = arguments.has("--device");
  const auto link = client->post(path, device ? MapBuilder().set("device", true).build() : Value::map());
  if (!link) return failed(link.error());
  print(std::string(link->text("url")) + "\n");
  if (device) {
    print(std::string(link->text("code")) + "\n");
    note("open this address on any device, and compare or type in the code");
  } else {
    note("open this address in a browser within ten minutes");
  }
  if (arguments.has("--no-wait")) return kExitOk;
  const auto until = std::chrono::steady_clock::now() + kLinkLives;
  while (std::chrono::steady_clock::now() < until) {
    const auto state = client->get(path);
    if (!state) return failed(state.error());
    if ((*state)["signed_in"] == Value(true)) {
      note("signed in at " + connector);
      return kExitOk;
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
  return report(
      {ErrorCode::deadline_exceeded, "nobody signed in", {}, "run the command again"}, kExitFindings
  );
}

constexpr Option kOptions[] = {
    {"CONNECTOR", "", "The connector, such as jira.", true},
    {"--device", "", "For a browser on another device: print an address and a code to type in there."},
    {"--no-wait", "", "Print the address and do not wait."},
    {"--url", "URL", "The server; http://127.0.0.1:8080 when left out."},
    {"--key-file", "FILE", "An API key; PARLEY_API_KEY when left out."},
};

}  // namespace

constinit const Command kToolLogin{
    "tool login",
    "Sign in at a service for the whole team",
    "For credentials of the kinds authorization_code and discover with owner: team. Prints an address of the "
    "service; when "
    "somebody has\n"
    "signed in there, the server keeps the permission, renews it and calls with it.",
    kOptions,
    "parley tool login jira\nparley tool login jira --device\nparley tool login jira --url "
    "https://chat.example.com --key-file admin.key",
    run_login,
};

}  // namespace parley::cli
