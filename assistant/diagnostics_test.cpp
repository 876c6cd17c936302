// Every kind of mistake an author can make, as a file in tests/diagnostics with the terminal output it must
// give. PARLEY_GOLDEN=1 writes the outputs anew; read the differences before committing them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "assistant/folder.hpp"
#include "assistant/settings.hpp"
#include "assistant/yaml.hpp"
#include "base/json.hpp"
#include "engine/matching/intents.hpp"
#include "engine/release.hpp"
#include "engine/steps/registry.hpp"
#include "flow/analysis/analyse.hpp"
#include "flow/analysis/rules.hpp"
#include "flow/load.hpp"
#include "policy/check_times.hpp"

namespace parley::assistant {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(PARLEY_SOURCE_DIR) / "tests/diagnostics";

std::string read_text(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

std::vector<fs::path> documents(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string ending = entry.path().extension().string();
    if (ending == ".yaml" || ending == ".json") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

std::string render_all(flow::Diagnostics diagnostics, std::string_view source) {
  flow::sort_diagnostics(diagnostics);
  std::string out;
  for (const flow::Diagnostic& diagnostic : diagnostics) {
    if (!out.empty()) out += '\n';
    out += flow::render(diagnostic, source);
  }
  return out;
}

flow::FlowPtr load_good(std::string_view text, const std::string& file) {
  flow::Diagnostics diagnostics;
  const auto document = read_yaml(text, file, diagnostics);
  auto flow = flow::load(*document, file, engine::step_specs(), diagnostics);
  CAPTURE(file);
  REQUIRE(diagnostics.empty());
  return flow;
}

// The rest of the assistant that the files under test live in.
std::vector<flow::FlowPtr> companions() {
  return {
      load_good(
          "id: address\n"
          "triggers: {command: /address}\n"
          "inputs: [country]\n"
          "steps: [{type: input, gather: [street]}]\n",
          "flows/address.yaml"
      ),
      load_good(
          "id: endless\n"
          "slots: {line: {type: text, ask_if: always}}\n"
          "steps: [{id: more, type: input, gather: [line]}, {type: message, text: '{{line}}', next: more}]\n",
          "flows/endless.yaml"
      ),
  };
}

std::vector<flow::ToolSignature> tools() {
  const auto parameters = parse_json(
      R"({"type":"object","required":["amount"],
          "properties":{"amount":{"type":"number"},"currency":{"type":"string","enum":["EUR","USD"]},
                        "card":{"type":"object","required":["number"],"additionalProperties":false,
                                "properties":{"number":{"type":"string"},"year":{"type":"integer"}}},
                        "items":{"type":"array","items":{"type":"string"}}}})"
  );
  const auto answer =
      parse_json(R"({"type":"object","properties":{"id":{"type":"string"},"status":{"type":"string"}}})");
  const auto any = parse_json(R"({"type":"object"})");
  return {
      {"crm.find", *any, *any, "read"},
      {"crm.note", *any, *any, "unsafe"},
      {"stripe.charge", *parameters, *answer},
      {"stripe.refund", *parameters},
  };
}

std::string check_flow(const fs::path& path, const std::string& text) {
  const std::string file = "flows/" + path.filename().string();
  flow::Diagnostics diagnostics;
  if (const auto document = read_document(text, file, diagnostics)) {
    std::vector<flow::FlowPtr> flows = companions();
    if (auto flow = flow::load(*document, file, engine::step_specs(), diagnostics))
      flows.push_back(std::move(flow));
    flow::check_all(flows, tools(), diagnostics);
    policy::check_times(flows, MapBuilder().set("support", Value::map()).build(), diagnostics);
    flow::analysis::analyse({.flows = flows, .start = "", .steps_per_turn = 200}, diagnostics);
  }
  return render_all(std::move(diagnostics), text);
}

std::string check_settings(const std::string& text) {
  flow::Diagnostics diagnostics;
  const auto document = read_yaml(text, "parley.yaml", diagnostics);
  if (document) (void)read_settings(*document, "parley.yaml", diagnostics);
  return render_all(std::move(diagnostics), text);
}

std::string check_rules(const std::string& text) {
  std::vector<flow::FlowPtr> flows;
  for (const fs::path& path : documents(kFolder / "rules/flows"))
    flows.push_back(load_good(read_text(path), "flows/" + path.filename().string()));
  flow::Diagnostics diagnostics;
  if (const auto document = read_yaml(text, "rules.yaml", diagnostics)) {
    const auto rules = flow::analysis::read_rules(*document, "rules.yaml", engine::step_specs(), diagnostics);
    flow::analysis::check_rules({.flows = flows, .start = ""}, rules, diagnostics);
  }
  return render_all(std::move(diagnostics), text);
}

// A whole folder: what is said depends on more than one file.
std::string check_words(const fs::path& path) {
  Folder folder = read_folder(path, engine::step_specs());
  engine::AssistantSettings settings;
  settings.messages = folder.messages;
  settings.locale = folder.settings.locale;
  settings.tones = folder.settings.tones;
  engine::check_words(folder.flows, settings, folder.diagnostics);
  flow::sort_diagnostics(folder.diagnostics);
  return render_all(folder);
}

// Also of a folder: what flows teach, they teach together.
std::string check_phrases(const fs::path& path) {
  Folder folder = read_folder(path, engine::step_specs());
  engine::check_phrases(folder.flows, {}, folder.diagnostics);
  flow::sort_diagnostics(folder.diagnostics);
  return render_all(folder);
}

std::vector<fs::path> folders_in(const fs::path& path) {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.is_directory()) folders.push_back(entry.path());
  }
  std::ranges::sort(folders);
  return folders;
}

void compare(const fs::path& path, const std::string& actual) {
  const fs::path golden = fs::path(path).concat(".expected");
  if (std::getenv("PARLEY_GOLDEN") != nullptr) {
    std::ofstream(golden, std::ios::binary) << actual;
    return;
  }
  CAPTURE(path.filename().string());
  CHECK(actual == read_text(golden));
  // A file is named after the code that it is there for.
  const std::string code = path.stem().string().substr(0, 5);
  if (code.starts_with("F0")) CHECK(actual.contains("[" + code + "]"));
}

}  // namespace

TEST_CASE("every mistake in a flow gives the diagnostic that its golden file shows") {
  const auto paths = documents(kFolder);
  CHECK(paths.size() >= 60);
  for (const fs::path& path : paths) compare(path, check_flow(path, read_text(path)));
}

TEST_CASE("mistakes in the settings give the diagnostics that their golden files show") {
  for (const fs::path& path : documents(kFolder / "settings")) compare(path, check_settings(read_text(path)));
}

TEST_CASE("rules that are broken or misunderstood give the diagnostics that their golden files show") {
  for (const fs::path& path : documents(kFolder / "rules")) compare(path, check_rules(read_text(path)));
}

TEST_CASE("mistakes in what an assistant says give the diagnostics that their golden files show") {
  const auto folders = folders_in(kFolder / "words");
  CHECK(folders.size() >= 12);
  for (const fs::path& path : folders) compare(path, check_words(path));
}

TEST_CASE("phrases that teach little or the wrong thing give the warnings that their golden files show") {
  for (const fs::path& path : folders_in(kFolder / "phrases")) compare(path, check_phrases(path));
}

TEST_CASE("five different mistakes in one file are all reported in one go") {
  const fs::path path = kFolder / "five_mistakes.yaml";
  const std::string output = check_flow(path, read_text(path));
  for (const std::string code : {"F0109", "F0303", "F0202", "F0205", "F0201"}) {
    CAPTURE(code);
    CHECK(output.contains("error[" + code + "]"));
  }
}

TEST_CASE("every code that a golden file shows can be explained") {
  std::set<std::string> shown;
  for (const fs::path& folder :
       {kFolder, kFolder / "rules", kFolder / "settings", kFolder / "words", kFolder / "phrases"}) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() != ".expected") continue;
      const std::string text = read_text(entry.path());
      for (std::size_t at = text.find("[F0"); at != std::string::npos; at = text.find("[F0", at + 1)) {
        shown.insert(text.substr(at + 1, 5));
      }
    }
  }
  for (const std::string& code : shown) {
    CAPTURE(code);
    CHECK_FALSE(flow::explain(code).empty());
  }
}

}  // namespace parley::assistant
