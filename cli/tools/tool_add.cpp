// parley tool add: a description from a file or an address, checked and put into the assistant's tools/
// folder.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "cli/command_files.hpp"
#include "cli/project.hpp"
#include "cli/terminal.hpp"
#include "cli/tools/added_tool.hpp"
#include "cli/tools/own_sign_in.hpp"
#include "cli/tools/shipped.hpp"
#include "cli/tools/tool_document.hpp"
#include "server/net/client/curl_client.hpp"
#include "server/ops/secrets.hpp"
#include "server/tools/live/mcp_link.hpp"
#include "server/tools/live/stdio_server.hpp"
#include "wire/description.hpp"

namespace parley::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDescriptionBytesMax = 32U << 20U;
constexpr std::string_view kKinds[] = {"openapi", "openrpc", "graphql", "mcp"};
constexpr std::size_t kToolPagesMax = 100;
constexpr std::chrono::seconds kProgramPatience{60};

bool is_url(std::string_view source) {
  return source.starts_with("https://") || source.starts_with("http://");
}

// The loop goes after whatever posts to it from threads of its own.
template <typename T>
T run_now(boost::asio::io_context& loop, net::Awaitable<T> work) {
  std::optional<T> result;
  boost::asio::co_spawn(
      loop,
      [&]() -> net::Awaitable<void> {
        result = co_await std::move(work);
        loop.stop();
      },
      boost::asio::detached
  );
  const auto guard = boost::asio::make_work_guard(loop);
  loop.run();
  INVARIANT(result.has_value(), "the loop ends with the answer");
  return *std::move(result);
}

// The person who runs this chose the address, so it may be anywhere, but it is still not led elsewhere.
std::shared_ptr<net::HttpClient> own_client() {
  return net::make_http_client({.egress = {.any_internal = true}, .user_agent = "parley/" PARLEY_VERSION});
}

Result<net::OutgoingRequest> request_for(const std::string& url, const Arguments& arguments) {
  net::OutgoingRequest request{.url = url, .max_answer_bytes = kDescriptionBytesMax};
  const std::string name = arguments.text("--secret");
  if (name.empty()) return request;
  const auto secret = ops::find_secret(name);
  if (!secret) {
    return fail(
        ErrorCode::invalid_input,
        "the secret " + name + " is not set",
        {},
        "set PARLEY_SECRET_" + name + ", or PARLEY_SECRET_" + name + "_FILE to a file with it"
    );
  }
  request.headers.emplace_back("Authorization", "Bearer " + *secret);
  return request;
}

std::unexpected<Error> answered_with(const net::IncomingAnswer& answer) {
  if (answer.status == 401 || answer.status == 403) {
    return fail(
        ErrorCode::unauthenticated,
        "the address wants to know who asks (" + std::to_string(answer.status) + ")",
        {},
        "--secret NAME sends PARLEY_SECRET_NAME as a token; at an MCP server --sign-in signs you in with a "
        "browser, --sign-in --device at another device"
    );
  }
  const std::string_view elsewhere = answer.header("location");
  return fail(
      ErrorCode::unavailable,
      "the address answered with " + std::to_string(answer.status),
      {},
      elsewhere.empty() ? "check the address" : "it says the document is at " + std::string(elsewhere)
  );
}

Result<std::string> download(const net::OutgoingRequest& request) {
  boost::asio::io_context loop(1);
  const auto client = own_client();
  auto answer = run_now(loop, client->send(request));
  if (!answer) return std::unexpected(std::move(answer.error()));
  if (answer->status == 200) return std::move(answer->body);
  return answered_with(*answer);
}

// What x-parley-… says is the author's word, which no server has.
Value as_served(const Value& tool) {
  if (!tool.is_map()) return tool;
  MapBuilder kept;
  for (const auto& [name, value] : tool.entries()) {
    if (!name.as_string().starts_with("x-parley-")) kept.set(name.as_string(), value);
  }
  return kept.build();
}

using AskForTools = std::function<net::Awaitable<Result<std::string>>(Value params)>;

// All pages of tools/list, as a description. A server that is a program has no address.
net::Awaitable<Result<std::string>> list_tools(AskForTools ask, std::string url) {
  ListBuilder all;
  Value params = Value::map();
  for (std::size_t page = 0; page < kToolPagesMax; ++page) {
    const auto answer = co_await ask(params);
    if (!answer) co_return std::unexpected(answer.error());
    const auto body = parse_json(*answer, {.reject_duplicate_keys = false});
    if (!body || !(*body)["result"]["tools"].is_list())
      co_return fail(ErrorCode::unavailable, "the server does not list its tools", {}, "check the address");
    for (const Value& tool : (*body)["result"]["tools"].as_list()) all.add(as_served(tool));
    const std::string_view next = (*body)["result"].text("nextCursor");
    if (next.empty()) break;
    params = MapBuilder().set("cursor", next).build();
  }
  MapBuilder where;
  if (!url.empty()) where.set("url", url);
  const Value document = MapBuilder().set("mcp", where.build()).set("tools", all.build()).build();
  co_return write_json_pretty(document) + "\n";
}

net::Awaitable<Result<std::string>> ask_server_as(
    net::OutgoingRequest request, std::shared_ptr<net::HttpClient> client, bool sign_in, bool at_device
) {
  if (sign_in) {
    auto token = co_await own_sign_in(request.url, at_device, client);
    if (!token) co_return std::unexpected(std::move(token.error()));
    request.headers.emplace_back("Authorization", "Bearer " + *token);
  }
  tools::McpLink link(client);
  co_return co_await list_tools(
      [&](Value params) -> net::Awaitable<Result<std::string>> {
        auto answer = co_await link.send(request, "tools/list", std::move(params));
        if (!answer) co_return std::unexpected(std::move(answer.error()));
        if (answer->status != 200) co_return answered_with(*answer);
        co_return std::move(answer->body);
      },
      request.url
  );
}

Result<std::string> ask_server(const net::OutgoingRequest& request, const Arguments& arguments) {
  boost::asio::io_context loop(1);
  return run_now(
      loop, ask_server_as(request, own_client(), arguments.has("--sign-in"), arguments.has("--device"))
  );
}

Result<std::string> ask_program(const std::string& command) {
  boost::asio::io_context loop(1);
  tools::StdioServer program({.command = words_of(command), .answer_bytes = kDescriptionBytesMax});
  return run_now(
      loop,
      list_tools(
          [&](Value params) -> net::Awaitable<Result<std::string>> {
            co_return co_await program.ask("tools/list", std::move(params), kProgramPatience);
          },
          ""
      )
  );
}

Result<std::string> fetch(std::string_view kind, const std::string& source, const Arguments& arguments) {
  std::error_code problem;
  if (!is_url(source)) {
    const bool program = kind == "mcp" && !fs::exists(source, problem);
    return program ? ask_program(source) : read_file(fs::path(source));
  }
  const auto request = request_for(source, arguments);
  if (!request) return std::unexpected(request.error());
  return kind == "mcp" ? ask_server(*request, arguments) : download(*request);
}

// "api.stripe.com-v1.json" → "api_stripe_com_v1": what flows write before the dot.
std::string name_from(const std::string& source) {
  std::string path = source.substr(0, source.find_first_of("?#"));
  while (path.ends_with('/')) path.pop_back();
  std::string name = ascii_lower(fs::path(path).stem().string());
  for (char& c : name) c = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '_';
  return name;
}

bool is_name(std::string_view name) {
  return !name.empty() && name.front() >= 'a' && name.front() <= 'z' && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string_view kind_of(const Value& document) {
  if (document.is_string() || document.find("__schema") != nullptr ||
      document["data"].find("__schema") != nullptr)
    return "graphql";
  if (document.find("mcp") != nullptr) return "mcp";
  return document.find("openrpc") != nullptr || document["methods"].is_list() ? "openrpc" : "openapi";
}

bool is_kind(std::string_view word) {
  return std::ranges::find(kKinds, word) != std::end(kKinds);
}

bool is_shipped(std::string_view word) {
  const std::vector<std::string_view> shipped = shipped_connectors();
  return std::ranges::find(shipped, word) != shipped.end();
}

Error no_such_kind(const std::string& kind) {
  std::string names;
  for (const std::string_view name : shipped_connectors())
    names += (names.empty() ? "" : ", ") + std::string(name);
  return {
      ErrorCode::invalid_input,
      "'" + kind + "' is no kind of description and no connector that comes with Parley",
      {},
      "it is openapi, openrpc, graphql, mcp, or one of " + names
  };
}

// What became of a description, and what it claims about itself.
void say_what_was_made(const wire::Connector& connector, const std::string& name, const std::string& file) {
  print(file + ": " + counted(connector.tools.size(), "tool") + "\n");
  if (!connector.dropped.empty()) {
    note(
        counted(connector.dropped.size(), "operation") + " cannot be used; parley tool compile " + file +
        " says why"
    );
  }
  const auto claims =
      std::ranges::count_if(connector.tools, [](const wire::Tool& tool) { return !tool.claims.empty(); });
  if (claims > 0) {
    note(
        "the server calls " + counted(static_cast<std::size_t>(claims), "tool") +
        " harmless, which is not believed; to trust it, write tools.connectors." + name +
        ".trust_annotations: true"
    );
  }
  if (const std::size_t trusted = harmless_by_their_own_word(connector); trusted > 0) {
    note(
        "the description itself says of " + counted(trusted, "tool") +
        " that calling or repeating it does no harm; parley tool list shows the effects, and an overlay with "
        "x-parley-effect says it otherwise"
    );
  }
}

int run_add(const Arguments& arguments) {
  const std::string kind = arguments.text("KIND");
  if (!is_kind(kind) && !is_shipped(kind)) return report(no_such_kind(kind), kExitUsage);
  const std::string source = arguments.text("SOURCE");
  if (source.empty() && is_kind(kind)) {
    return report(
        {ErrorCode::invalid_input, "a SOURCE is missing", {}, "name a file, an address or a program"},
        kExitUsage
    );
  }
  const std::string name = arguments.text("--name", is_shipped(kind) ? kind : name_from(source));
  if (!is_name(name)) {
    return report(
        {ErrorCode::invalid_input,
         "'" + name + "' cannot be the name of a connector",
         {},
         "use --name with small letters, digits and '_'"},
        kExitUsage
    );
  }
  if (is_shipped(kind)) {
    return add_shipped(arguments, kind, [&](const std::string& document) {
      return fetch("openapi", document, arguments);
    });
  }
  auto text = fetch(kind, source, arguments);
  if (!text) return report(text.error(), kExitConfiguration);
  auto document = parse_description(*text, source);
  if (!document) return report(document.error(), kExitConfiguration);
  if (kind == "openapi" && !is_url(source)) {
    auto whole = with_its_files(*document, source);
    if (!whole) return report(whole.error(), kExitConfiguration);
    if (whole->files > 0) text = write_json_pretty(whole->document) + "\n";
    document = std::move(whole->document);
  }
  if (kind_of(*document) != kind) {
    return report(
        {ErrorCode::invalid_input, source + " looks like " + std::string(kind_of(*document)) + ", not " + kind
        },
        kExitConfiguration
    );
  }
  const auto connector = wire::compile_description(*document, {.connector = name});
  if (!connector) return report(connector.error(), kExitConfiguration);
  const fs::path folder = fs::path(arguments.text("FOLDER", ".")) / "tools";
  const fs::path file = folder / (name + ending_for(*document, *text));
  if (auto written = write_new(file, *text, arguments.has("--replace")); !written)
    return report(written.error(), kExitConfiguration);
  say_what_was_made(*connector, name, file.string());
  const bool program = kind == "mcp" && connector->servers.empty();
  say_what_is_next(*connector, name, program ? source : std::string(), source, arguments.has("--sign-in"));
  return kExitOk;
}

constexpr Option kOptions[] = {
    {"KIND",
     "",
     "A connector that comes with Parley, such as stripe; or openapi (also Swagger), openrpc, graphql, mcp.",
     true},
    {"SOURCE",
     "",
     "A file, an address (https:// or http://), or for mcp a program; after a connector, FOLDER."},
    kFolderOption,
    {"--document", "FILE", "For a connector: use the service's own description, a file or an address."},
    {"--name", "NAME", "What flows call it; the file's name when left out."},
    {"--secret", "NAME", "Send PARLEY_SECRET_NAME as a bearer token when the address is asked."},
    {"--sign-in", "", "Sign in at an MCP server that wants to know who asks, with a browser; nothing is kept."
    },
    {"--device", "", "With --sign-in: at another device, where a code is typed in."},
    {"--replace", "", "Put it in the place of one of the same name."},
};

}  // namespace

constinit const Command kToolAdd{
    "tool add",
    "Add a connector, or the description of a service, to an assistant's tools",
    "Stripe, Jira, GitHub, Slack, Notion and Salesforce come with Parley: parley tool add stripe. Anything "
    "else "
    "is\nadded from its description, which is checked, then stored in tools/. Nothing is called; tools "
    "answer in "
    "test\nmode until the settings say otherwise.",
    kOptions,
    "parley tool add stripe\n"
    "parley tool add jira my-assistant --document jira.json\n"
    "parley tool add openapi https://api.example.com/openapi.json my-assistant --name shop\n"
    "parley tool add mcp https://docs.example.com/mcp --name docs\n"
    "parley tool add mcp https://docs.example.com/mcp --sign-in\n"
    "parley tool add mcp \"npx -y some-mcp-server\" --name files",
    run_add,
};

}  // namespace parley::cli
