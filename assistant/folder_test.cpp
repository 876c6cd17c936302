#include <doctest/doctest.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>

#include "assistant/folder.hpp"
#include "assistant/temporary_folder.hpp"
#include "engine/steps/registry.hpp"

namespace parley::assistant {
namespace {

namespace fs = std::filesystem;

using testing::TemporaryFolder;

std::string codes(const Folder& folder) {
  std::string out;
  for (const flow::Diagnostic& d : folder.diagnostics)
    out += (out.empty() ? "" : " ") + d.file + ":" + d.code;
  return out;
}

}  // namespace

TEST_CASE("no folder and an empty folder are the built-in defaults, without a complaint") {
  const TemporaryFolder empty;
  for (const fs::path& path : {empty.path(), empty.path() / "nowhere"}) {
    const Folder folder = read_folder(path, engine::step_specs());
    CHECK(codes(folder).empty());
    CHECK(folder.flows.empty());
    CHECK(folder.settings.name == "Assistant");
    CHECK(folder.settings.listen == "127.0.0.1:8080");
    CHECK(folder.settings.tool_mode == ToolMode::test);
  }
}

TEST_CASE("a whole folder is read: settings, flows in YAML and JSON, connectors, tests") {
  const TemporaryFolder on_disk;
  on_disk.write(
      "parley.yaml",
      "name: Shop\ntimezone: \"-05:30\"\nstart: a\nsuggestions: [Order, {label: Help, payload: /help}]\n"
      "server: {listen: \"0.0.0.0:80\", threads: 2}\n"
  );
  on_disk.write("flows/a.yaml", "steps: [{type: message, text: Hello}]");
  on_disk.write("flows/b.json", R"({"steps": [{"type": "message", "text": "Hello"}]})");
  on_disk.write("flows/.b.json.swp", "not read");
  on_disk.write("flows/notes.txt", "not read");
  on_disk.write("tools/jira.yaml", "paths: {}");
  on_disk.write("tools/big.json", R"({"openapi": "3.1.0", "paths": {}})");
  on_disk.write("tests/order.yaml", "not read here");
  const Folder folder = read_folder(on_disk.path(), engine::step_specs());
  CHECK(codes(folder).empty());
  REQUIRE(folder.flows.size() == 2);
  CHECK(folder.flows[0]->id == "a");
  CHECK(folder.flows[1]->id == "b");
  CHECK(folder.connectors.size() == 2);
  CHECK(folder.connectors.find("jira")->second.file == "tools/jira.yaml");
  CHECK(folder.test_files == std::vector<std::string>{"tests/order.yaml"});
  CHECK(folder.settings.name == "Shop");
  CHECK(folder.settings.utc_offset_seconds == -19800);
  CHECK(folder.settings.suggestions[0].payload == "Order");
  CHECK(folder.settings.suggestions[1].payload == "/help");
  CHECK(folder.settings.threads == 2);
  CHECK(folder.settings.places.contains("server.listen"));
}

TEST_CASE("problems of all files are reported in one go, and the good flows stay") {
  const TemporaryFolder on_disk;
  on_disk.write("parley.yaml", "nme: Shop\n");
  on_disk.write("flows/a.yaml", "steps: [{type: mesage, text: Hello}]");
  on_disk.write("flows/b.yaml", "steps: [{type: message, text: Hello}]");
  on_disk.write("flows/c.yaml", "steps: [");
  on_disk.write("tools/jira.yaml", "create_issue: post");
  const Folder folder = read_folder(on_disk.path(), engine::step_specs());
  CHECK(codes(folder) == "flows/a.yaml:F0202 flows/c.yaml:F0101 parley.yaml:F0601 tools/jira.yaml:F0604");
  REQUIRE(folder.flows.size() == 1);
  CHECK(folder.flows[0]->id == "b");
  CHECK(render_all(folder).contains("did you mean 'name'?"));
}

TEST_CASE("settings and files that contradict the folder") {
  const TemporaryFolder on_disk;
  on_disk.write("parley.yaml", "start: oder\nhandlers: {cancel: gone}\n");
  on_disk.write("flows/order.yaml", "steps: [{type: message, text: Hello}]");
  on_disk.write("tools/jira.yaml", "paths: {}");
  on_disk.write("tools/jira.yml", "paths: {}");
  const Folder folder = read_folder(on_disk.path(), engine::step_specs());
  CHECK(codes(folder) == "parley.yaml:F0606 parley.yaml:F0606 tools/jira.yml:F0605");
}

TEST_CASE("connectors are described in several languages and corrected by overlays") {
  const TemporaryFolder on_disk;
  on_disk.write("tools/shop.yaml", "paths: {/orders: {get: {operationId: list}}}");
  on_disk.write(
      "tools/shop.overlay.yaml",
      "overlay: 1.0.0\nactions: [{target: \"$.paths['/orders'].get\", update: {x-parley-fields: [/id]}}]"
  );
  on_disk.write("tools/chain.json", R"({"openrpc": "1.4.1", "methods": []})");
  on_disk.write("tools/graph.graphql", "type Query { hello: String }");
  const Folder folder = read_folder(on_disk.path(), engine::step_specs());
  CHECK(codes(folder).empty());
  CHECK(folder.connectors.size() == 3);
  const Value& document = folder.connectors.find("shop")->second.document;
  CHECK(document["paths"]["/orders"]["get"]["x-parley-fields"].size() == 1);
  CHECK(folder.connectors.find("graph")->second.document.is_string());

  on_disk.write("tools/crm.overlay.yaml", "overlay: 1.0.0\nactions: []");
  on_disk.write("tools/shop.overlay.yaml", "actions: none");
  CHECK(
      codes(read_folder(on_disk.path(), engine::step_specs())) ==
      "tools/crm.overlay.yaml:F0604 tools/shop.overlay.yaml:F0412"
  );
}

TEST_CASE("how connectors are called is read from the settings") {
  const TemporaryFolder on_disk;
  on_disk.write("parley.yaml", R"(tools:
  mode: live
  connectors:
    shop:
      mode: test
      server: https://shop.example/v1/
      credentials:
        login: {secret: SHOP_PASSWORD, user: parley}
        own: {kind: client_credentials, secret: OWN, user: id, token_url: "https://id.example/token", scopes: [pay]}
      headers: {Shop-Version: "2026-01-01"}
      command: [npx, shop-server]
      environment: {SHOP_TOKEN: SHOP}
      idempotency_header: Shop-Request-Id
      answer_bytes: 2048
      kept_bytes: 1024
egress: {internal_hosts: [crm.internal, "127.0.0.1:9000"], allow_internal: true, ca_file: own.pem}
)");
  const Folder folder = read_folder(on_disk.path(), engine::step_specs());
  CHECK(codes(folder).empty());
  const Settings& settings = folder.settings;
  CHECK(calls_tools(settings));
  CHECK(settings.internal_hosts == std::vector<std::string>{"crm.internal", "127.0.0.1:9000"});
  CHECK(settings.allow_internal);
  CHECK(settings.ca_file == "own.pem");
  const ConnectorSettings& shop = settings.connectors.at("shop");
  CHECK(shop.mode == ToolMode::test);
  CHECK(shop.server == "https://shop.example/v1");
  REQUIRE(shop.credentials.size() == 2);
  CHECK(shop.credentials[0].scheme == "login");
  CHECK(shop.credentials[0].user == "parley");
  CHECK(shop.credentials[1].kind == "client_credentials");
  CHECK(shop.credentials[1].scopes == std::vector<std::string>{"pay"});
  CHECK(shop.headers.at(0).second == "2026-01-01");
  CHECK(shop.command == std::vector<std::string>{"npx", "shop-server"});
  CHECK(shop.environment.at(0).second == "SHOP");
  CHECK(shop.idempotency_header == "Shop-Request-Id");
  CHECK(shop.answer_bytes == 2048);
  CHECK(shop.kept_bytes == 1024);
  CHECK_FALSE(calls_tools(Settings{}));
}

TEST_CASE("a slot that one flow shares is known to the others") {
  const TemporaryFolder on_disk;
  on_disk.write("flows/a.yaml", "steps: [{type: message, text: \"Hello {{ customer }}\"}]");
  CHECK(codes(read_folder(on_disk.path(), engine::step_specs())) == "flows/a.yaml:F0205");
  on_disk.write(
      "flows/b.yaml", "slots: {customer: {scope: conversation}}\nsteps: [{type: input, gather: customer}]"
  );
  CHECK(codes(read_folder(on_disk.path(), engine::step_specs())).empty());
}

TEST_CASE("the tutorial's flows load as they stand") {
  const Folder folder = read_folder(fs::path(PARLEY_SOURCE_DIR) / "tests/tutorial", engine::step_specs());
  CHECK(render_all(folder) == "");
  REQUIRE(folder.flows.size() == 3);
  CHECK(folder.flows[0]->id == "escalate");  // from the file's name
  CHECK(folder.flows[1]->id == "order");
  CHECK(folder.flows[1]->description == "End-to-end order flow");
  CHECK(folder.flows[1]->steps.size() == 4);
  REQUIRE(folder.flows[1]->slot("items") != nullptr);
  CHECK_FALSE(folder.flows[1]->slot("items")->declared);
  CHECK(folder.flows[2]->id == "summarize");
  CHECK(folder.connectors.contains("jira"));
}

TEST_CASE("the demo assistant has no problems") {
  const Folder folder = read_folder(fs::path(PARLEY_SOURCE_DIR) / "examples/shop", engine::step_specs());
  CHECK(render_all(folder) == "");
  CHECK(folder.flows.size() >= 3);
}

TEST_CASE("settings are set from text as flags and environment give it") {
  Settings settings;
  CHECK_FALSE(set_setting(settings, "server.listen", "0.0.0.0:9000").has_value());
  CHECK(settings.listen == "0.0.0.0:9000");
  CHECK_FALSE(set_setting(settings, "server.allowed_origins", R"(["https://example.com"])").has_value());
  CHECK(settings.allowed_origins.size() == 1);
  CHECK(set_setting(settings, "server.lisen", "x")->hint == "did you mean 'server.listen'?");
  CHECK(
      set_setting(settings, "server.threads", "lots")->message == "the value of 'server.threads' does not fit"
  );
  CHECK_FALSE(setting_infos().empty());
}

}  // namespace parley::assistant
