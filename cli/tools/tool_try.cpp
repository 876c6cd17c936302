// parley tool try: one call of one tool, outside of any conversation.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <utility>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "cli/command_files.hpp"
#include "cli/terminal.hpp"
#include "cli/tools/assistant_tools.hpp"
#include "server/net/client/curl_client.hpp"
#include "server/ops/secrets.hpp"
#include "server/tools/tool_table.hpp"
#include "server/workspace/live_tools.hpp"

namespace parley::cli {
namespace {

constexpr std::size_t kKeyBytes = 16;

std::optional<tools::Secret> find_secret(std::string_view name) {
  auto secret = ops::find_secret(name);
  return secret ? std::optional<tools::Secret>(*std::move(secret)) : std::nullopt;
}

// Those of the folder; with `live`, the one connector is called whatever its mode.
Result<tools::Connectors> connectors_for(AssistantTools& tools, const std::string& connector, bool live) {
  if (!live) return tools.project.space.connectors;
  tools.settings.connectors[connector].mode = assistant::ToolMode::live;
  auto options = workspace::client_options(tools.settings, find_secret);
  if (!options) return std::unexpected(std::move(options.error()));
  options->user_agent = "parley/" PARLEY_VERSION;
  const auto client = net::make_http_client(*std::move(options));
  auto made = workspace::live_tools(tools.project.space, tools.settings, client, find_secret);
  for (Error& problem : made.problems) {
    if (problem.pointer.starts_with("tools.connectors." + connector + "."))
      return std::unexpected(std::move(problem));
  }
  return std::move(made.connectors);
}

Result<turns::ToolAnswer> call(
    boost::asio::io_context& loop, const tools::Connectors& connectors, turns::ToolCall wanted
) {
  std::optional<Result<turns::ToolAnswer>> answer;
  tools::ToolTable table(connectors);
  boost::asio::co_spawn(
      loop,
      [&]() -> turns::Awaitable<void> {
        answer = co_await table.run(wanted);
        loop.stop();
      },
      boost::asio::detached
  );
  // A name that is looked up elsewhere must not find the loop ended for want of work.
  const auto guard = boost::asio::make_work_guard(loop);
  loop.run();
  INVARIANT(answer.has_value(), "the loop ends with the answer");
  return *std::move(answer);
}

int run_try(const Arguments& arguments) {
  auto tools = open_tools(arguments);
  if (!tools) return report(tools.error(), kExitConfiguration);
  const std::string id = arguments.text("TOOL");
  if (tools->find(id) == nullptr) return report(unknown_tool(*tools, id), kExitFindings);
  const auto args = parse_json(arguments.text("--args", "{}"));
  if (!args || !args->is_map()) {
    return report(
        {ErrorCode::invalid_input,
         "--args is not a JSON object",
         {},
         R"(write it like --args '{"amount": 5}')"},
        kExitUsage
    );
  }
  const bool live = arguments.has("--live");
  boost::asio::io_context loop(1);  // goes after the connectors, whose threads post to it
  auto connectors = connectors_for(*tools, id.substr(0, id.find('.')), live);
  if (!connectors) return report(connectors.error(), kExitConfiguration);
  const auto answer = call(
      loop,
      *connectors,
      {.tool = id, .arguments = *args, .idempotency_key = "try-" + hex_encode(ops::random_bytes(kKeyBytes))}
  );
  if (!answer) {
    Error error = answer.error();
    error.message += " (" + error.pointer + ")";
    error.pointer.clear();
    return report(error, kExitFindings);
  }
  print(write_json_pretty(answer->result) + "\n");
  if (!live) note("answered from the description; --live calls the service");
  return kExitOk;
}

constexpr Option kOptions[] = {
    {"TOOL", "", "The tool, such as stripe.charge.", true},
    kFolderOption,
    {"--args", "JSON", "The arguments, as an object."},
    {"--live", "", "Call the service, whatever tools.mode says."},
};

}  // namespace

constinit const Command kToolTry{
    "tool try",
    "Call a tool once and print what a flow would get",
    "Without --live the answer is made from the description. A failure is printed with its code, as on_error "
    "and\n"
    "try/catch see it.",
    kOptions,
    "parley tool try stripe.charge examples/shop --args '{\"amount\": \"12.50\", \"currency\": \"EUR\"}'\n"
    "PARLEY_SECRET_STRIPE_KEY=sk_test_… parley tool try stripe.get_charge --live --args '{\"charge\": "
    "\"ch_1\"}'",
    run_try,
};

}  // namespace parley::cli
