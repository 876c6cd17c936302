// Reads the files of an assistant's folder in a fixed order, so that the same folder gives the same result
// everywhere.
#include "assistant/folder.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include "assistant/yaml.hpp"
#include "base/json.hpp"
#include "flow/load.hpp"
#include "wire/overlay/overlay.hpp"

namespace parley::assistant {
namespace {

namespace fs = std::filesystem;

// Vendors' descriptions are large; flows are not.
constexpr DocumentLimits kConnectorLimits{.max_bytes = 32U << 20, .max_nodes = 3'000'000, .max_depth = 128};

class Reader {
 public:
  Reader(const fs::path& root, std::span<const flow::StepSpec* const> specs) : root_(root), specs_(specs) {}

  Folder read() {
    read_settings_file();
    read_flows();
    read_messages();
    read_connectors();
    read_rules_file();
    folder_.knowledge = read_knowledge(root_, folder_.diagnostics);
    folder_.test_files = list("tests", {".yaml", ".yml"});
    check_settings();
    flow::sort_diagnostics(folder_.diagnostics);
    return std::move(folder_);
  }

 private:
  void error(
      std::string_view code,
      std::string_view file,
      std::string message,
      std::string help,
      flow::Position position = {}
  ) {
    folder_.diagnostics.push_back(
        {std::string(code),
         flow::Severity::error,
         std::string(file),
         position,
         std::move(message),
         std::move(help)}
    );
  }

  [[nodiscard]] std::vector<std::string> list(
      const std::string& sub, std::span<const std::string_view> endings
  ) const {
    std::vector<std::string> files;
    std::error_code problem;
    for (fs::directory_iterator entry(root_ / sub, problem), end; !problem && entry != end;
         entry.increment(problem)) {
      const std::string name = entry->path().filename().string();
      if (name.starts_with('.') || !entry->is_regular_file(problem)) continue;
      const bool wanted =
          std::ranges::any_of(endings, [&](std::string_view ending) { return name.ends_with(ending); });
      if (wanted) files.push_back(sub + "/" + name);
    }
    std::ranges::sort(files);
    return files;
  }
  [[nodiscard]] std::vector<std::string> list(
      const std::string& sub, std::initializer_list<std::string_view> endings
  ) const {
    return list(sub, std::span(endings.begin(), endings.size()));
  }

  // The text stays in sources, where diagnostics find their lines.
  const std::string* read_file(const std::string& file, std::size_t max_bytes) {
    std::error_code problem;
    const auto size = fs::file_size(root_ / file, problem);
    if (!problem && size > max_bytes) {
      error(
          "F0104",
          file,
          "the file has " + std::to_string(size) + " bytes; at most " + std::to_string(max_bytes) +
              " are read",
          "split it into several files"
      );
      return nullptr;
    }
    std::ifstream stream(root_ / file, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(stream), {});
    if (problem || !stream.is_open() || stream.bad()) {
      error("F0603", file, "the file cannot be read", "check that it exists and may be read");
      return nullptr;
    }
    return &folder_.sources.insert_or_assign(file, std::move(text)).first->second;
  }

  void read_settings_file() {
    constexpr std::string_view kFile = "parley.yaml";
    std::error_code problem;
    if (!fs::exists(root_ / kFile, problem)) return;
    const std::string* text = read_file(std::string(kFile), DocumentLimits().max_bytes);
    if (text == nullptr) return;
    if (const auto document = read_yaml(*text, kFile, folder_.diagnostics)) {
      folder_.settings = read_settings(*document, kFile, folder_.diagnostics);
    }
  }

  void read_rules_file() {
    constexpr std::string_view kFile = "rules.yaml";
    std::error_code problem;
    if (!fs::exists(root_ / kFile, problem)) return;
    const std::string* text = read_file(std::string(kFile), DocumentLimits().max_bytes);
    if (text == nullptr) return;
    if (const auto document = read_yaml(*text, kFile, folder_.diagnostics)) {
      folder_.rules = flow::analysis::read_rules(*document, kFile, specs_, folder_.diagnostics);
    }
  }

  void read_flows() {
    std::vector<std::pair<std::string, flow::Node>> documents;
    std::vector<std::string> shared;
    for (const std::string& file : list("flows", {".yaml", ".yml", ".json"})) {
      ++flow_files_;
      const std::string* text = read_file(file, DocumentLimits().max_bytes);
      if (text == nullptr) continue;
      auto document = read_document(*text, file, folder_.diagnostics);
      if (!document) continue;
      std::ranges::move(flow::shared_slots(*document), std::back_inserter(shared));
      documents.emplace_back(file, *std::move(document));
    }
    for (const auto& [file, document] : documents) {
      auto flow = flow::load(document, file, specs_, folder_.diagnostics, shared);
      if (flow != nullptr) folder_.flows.push_back(std::move(flow));
    }
  }

  void read_messages() {
    std::vector<flow::MessagesFile> files;
    for (const std::string& file : list("messages", {".yaml", ".yml", ".json"})) {
      const std::string* text = read_file(file, DocumentLimits().max_bytes);
      if (text == nullptr) continue;
      std::string locale = fs::path(file).stem().string();
      if (!flow::is_language_tag(locale)) {
        error(
            "F0706",
            file,
            "'" + locale + "' is not a language tag",
            "name the file after its language, such as en.yaml, de.yaml or pt-BR.yaml",
            {1, 1, 0}
        );
        continue;
      }
      if (auto document = read_document(*text, file, folder_.diagnostics))
        files.push_back({std::move(locale), file, *std::move(document)});
    }
    folder_.messages = std::make_shared<flow::Messages>(
        flow::load_messages(files, folder_.settings.locale, folder_.diagnostics)
    );
  }

  void read_connectors() {
    constexpr std::string_view kOverlay = ".overlay";
    std::vector<std::pair<std::string, std::string>> overlays;  // connector, file
    for (const std::string& file : list("tools", {".yaml", ".yml", ".json", ".graphql", ".graphqls"})) {
      std::string name = fs::path(file).stem().string();
      if (name.ends_with(kOverlay)) {
        overlays.emplace_back(name.substr(0, name.size() - kOverlay.size()), file);
        continue;
      }
      const std::string* text = read_file(file, kConnectorLimits.max_bytes);
      if (text == nullptr) continue;
      const auto document = read_value(*text, file);
      if (!document) continue;
      if (!describes_connector(*document)) {
        error(
            "F0604",
            file,
            "this is not a description of a connector: it has no 'paths', 'methods', '__schema' or 'worker'",
            "put an OpenAPI, OpenRPC or GraphQL document here, or the declaration of a worker",
            {1, 1, 0}
        );
        continue;
      }
      const auto [first, fresh] = folder_.connectors.emplace(name, ConnectorDocument{file, *document});
      if (!fresh) {
        error(
            "F0605",
            file,
            "there are two connectors called '" + name + "'",
            "the other is " + first->second.file + "; rename one of the files",
            {1, 1, 0}
        );
      }
    }
    for (const auto& [name, file] : overlays) read_overlay(name, file);
  }

  static bool describes_connector(const Value& document) {
    return document.is_string() || document["paths"].is_map() || document["methods"].is_list() ||
           document["mcp"].is_map() || document["worker"].is_map() || document.find("__schema") != nullptr ||
           document["data"].find("__schema") != nullptr;
  }

  // "stripe.overlay.yaml" corrects "stripe.yaml".
  void read_overlay(const std::string& name, const std::string& file) {
    const auto connector = folder_.connectors.find(name);
    if (connector == folder_.connectors.end()) {
      error(
          "F0604",
          file,
          "there is no connector '" + name + "' that this overlay could correct",
          "call it like the file it corrects: stripe.overlay.yaml for stripe.yaml",
          {1, 1, 0}
      );
      return;
    }
    const std::string* text = read_file(file, kConnectorLimits.max_bytes);
    if (text == nullptr) return;
    const auto overlay = read_value(*text, file);
    if (!overlay) return;
    auto corrected = wire::apply_overlay(connector->second.document, *overlay);
    if (corrected) {
      connector->second.document = std::move(corrected->document);
    } else {
      error("F0412", file, corrected.error().message, corrected.error().hint, {1, 1, 0});
    }
  }

  std::optional<Value> read_value(const std::string& text, const std::string& file) {
    if (file.contains(".graphql")) return Value(text);
    if (!file.ends_with(".json")) {
      const auto document = read_yaml(text, file, folder_.diagnostics, kConnectorLimits);
      return document ? std::optional(flow::to_value(*document)) : std::nullopt;
    }
    auto value = parse_json(
        text, {.max_depth = kConnectorLimits.max_depth, .max_members = kConnectorLimits.max_nodes}
    );
    if (value) return *std::move(value);
    error(
        "F0101",
        file,
        value.error().message + " (at " + value.error().pointer + ")",
        value.error().hint,
        {1, 1, 0}
    );
    return std::nullopt;
  }

  // Only when every flow is good: a flow with errors is not missing.
  void check_settings() {
    if (folder_.flows.size() != flow_files_) return;
    const auto exists = [this](std::string_view id) {
      return std::ranges::any_of(folder_.flows, [&](const flow::FlowPtr& flow) { return flow->id == id; });
    };
    const Settings& settings = folder_.settings;
    const auto check = [&](std::string_view setting, const std::string& id) {
      if (id.empty() || exists(id)) return;
      const auto place = settings.places.find(setting);
      error(
          "F0606",
          "parley.yaml",
          "'" + std::string(setting) + "' names the flow '" + id + "', which does not exist",
          "flows are the files in flows/",
          place == settings.places.end() ? flow::Position() : place->second
      );
    };
    check("start", settings.start);
    for (const auto& [handler, id] : settings.handlers) check("handlers", id);
    check_tone();
  }

  void check_tone() {
    const Settings& settings = folder_.settings;
    const auto place = [&](std::string_view setting) {
      const auto found = settings.places.find(setting);
      return found == settings.places.end() ? flow::Position() : found->second;
    };
    const auto known = [&](std::string_view setting, const std::string& tone) {
      if (assistant::tone_number(settings, tone)) return true;
      error(
          "F0709",
          "parley.yaml",
          "there is no tone '" + tone + "'",
          "use one of the names under tones, or a number from 0 to 100",
          place(setting)
      );
      return false;
    };
    // Whoever renames the tones may leave the default one to be the middle.
    if (settings.places.contains("tone") && !known("tone", settings.tone)) return;
    if (settings.tone_range.empty()) return;
    if (!known("tone_range", settings.tone_range[0]) || !known("tone_range", settings.tone_range[1])) return;
    const auto [least, most] = tone_bounds(settings);
    const std::uint32_t tone = tone_value(settings);
    if (least <= tone && tone <= most) return;
    const std::string range = std::to_string(least) + " to " + std::to_string(most);
    error(
        "F0921",
        "parley.yaml",
        least > most
            ? "tone_range goes from " + range + ", which is backwards"
            : "the tone of the assistant, " + std::to_string(tone) + ", is outside tone_range, " + range,
        least > most ? "write the lower end first" : "set tone to one that users may choose too",
        place("tone_range")
    );
  }

  const fs::path& root_;
  std::span<const flow::StepSpec* const> specs_;
  Folder folder_;
  std::size_t flow_files_ = 0;
};

}  // namespace

Folder read_folder(const fs::path& folder, std::span<const flow::StepSpec* const> step_specs) {
  return Reader(folder, step_specs).read();
}

flow::analysis::Assistant analysed(const Folder& folder) {
  return {
      .flows = folder.flows,
      .start = folder.settings.start,
      .handlers = folder.settings.handlers,
      .steps_per_turn = folder.settings.max_steps_per_turn,
  };
}

void check_flows(Folder& folder) {
  flow::analysis::analyse(analysed(folder), folder.diagnostics);
  // A rule about flows of which some are missing would only repeat what is wrong with those.
  if (!flow::has_errors(folder.diagnostics))
    flow::analysis::check_rules(analysed(folder), folder.rules, folder.diagnostics);
}

std::string render_all(const Folder& folder, bool colour) {
  std::string out;
  for (const flow::Diagnostic& diagnostic : folder.diagnostics) {
    const auto source = folder.sources.find(diagnostic.file);
    if (!out.empty()) out += '\n';
    out += flow::render(
        diagnostic, source == folder.sources.end() ? std::string_view() : source->second, colour
    );
  }
  return out;
}

}  // namespace parley::assistant
