#include "assistant/model_settings.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/edit_distance.hpp"
#include "base/json.hpp"
#include "wire/model_api/provider.hpp"

namespace parley::assistant {

namespace {

using flow::Node;

constexpr std::size_t kMostModels = 16;

bool is_url(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

std::string meant(std::string_view word, const std::vector<std::string_view>& known) {
  const std::string_view near = nearest(word, known);
  if (!near.empty()) return "did you mean '" + std::string(near) + "'?";
  std::string all = "one of: ";
  for (const std::string_view each : known) all += (all.size() > 8 ? ", " : "") + std::string(each);
  return all;
}

std::string line_problem(std::string_view line) {
  if (line.empty()) return "a model is written as provider/model, or as an http(s) address";
  const std::string_view provider = line.substr(0, line.find('/'));
  return "there is no provider '" + std::string(provider) + "': " + meant(provider, provider_names());
}

bool read_number(const Node& node, std::uint32_t& out, std::int64_t most) {
  const Value value = flow::to_value(node);
  if (!value.is_int() || value.as_int() < 0 || value.as_int() > most) return false;
  out = static_cast<std::uint32_t>(value.as_int());
  return true;
}

bool is_price(std::string_view text) {
  constexpr std::size_t kLongest = 13;
  constexpr std::size_t kDecimals = 6;
  const std::size_t point = text.find('.');
  const auto digits = [](std::string_view part) {
    return !part.empty() && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  };
  if (text.size() > kLongest || !digits(text.substr(0, point))) return false;
  if (point == std::string_view::npos) return true;
  const std::string_view decimals = text.substr(point + 1);
  return digits(decimals) && decimals.size() <= kDecimals;
}

bool read_price(const Node& node, ModelSetting& model) {
  if (!node.is_map()) return false;
  for (const Node::Member& member : node.members) {
    if (!member.value.is_scalar() || !is_price(member.value.text)) return false;
    if (member.key == "input") {
      model.input_price = member.value.text;
    } else if (member.key == "output") {
      model.output_price = member.value.text;
    } else {
      return false;
    }
  }
  return true;
}

bool read_text(const Node& node, std::string& out) {
  if (!node.is_scalar() || node.text.empty()) return false;
  out = node.text;
  return true;
}

// The name of a variable, never the key itself: keys have other characters or are longer.
bool read_variable(const Node& node, std::string& out) {
  constexpr std::size_t kLongest = 64;
  const auto fits = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
  if (!node.is_scalar() || node.text.size() > kLongest || !std::ranges::all_of(node.text, fits)) return false;
  return read_text(node, out);
}

struct KeyRow {
  std::string_view name;
  std::string_view expected;
  bool (*read)(const Node& node, ModelSetting& model);
};

constexpr auto kKeys = std::to_array<KeyRow>({
    {"name", "a text", [](const Node& n, ModelSetting& m) { return read_text(n, m.name); }},
    {"use", "provider/model or an http(s) address", [](const Node&, ModelSetting&) { return true; }},
    {"key",
     "the name of an environment variable, in capitals",
     [](const Node& n, ModelSetting& m) { return read_variable(n, m.key); }},
    {"api",
     "chat or responses",
     [](const Node& n, ModelSetting& m) {
       return read_text(n, m.api) && (m.api == "chat" || m.api == "responses");
     }},
    {"structured",
     "none, json_schema, json_object or guided_json",
     [](const Node& n, ModelSetting& m) {
       return read_text(n, m.structured) && wire::model_api::structured_named(m.structured).has_value();
     }},
    {"price",
     "{input, output}, decimals in quotes, of a million tokens",
     [](const Node& n, ModelSetting& m) { return read_price(n, m); }},
    {"max_tokens",
     "a whole number up to 1000000",
     [](const Node& n, ModelSetting& m) { return read_number(n, m.max_tokens, 1'000'000); }},
    {"concurrency",
     "a whole number up to 10000",
     [](const Node& n, ModelSetting& m) { return read_number(n, m.concurrency, 10'000); }},
    {"retries",
     "a whole number up to 10",
     [](const Node& n, ModelSetting& m) { return read_number(n, m.retries, 10); }},
    {"stall_seconds",
     "a whole number up to 600",
     [](const Node& n, ModelSetting& m) { return read_number(n, m.stall_seconds, 600); }},
});

std::vector<std::string_view> key_names() {
  std::vector<std::string_view> names;
  for (const KeyRow& row : kKeys) names.push_back(row.name);
  return names;
}

// The setting, or what is wrong with it. `besides`: a key that is read elsewhere.
std::string read_model(const Node& node, ModelSetting& out, std::string_view besides = {}) {
  const Node* use = node.is_map() ? node.find("use") : &node;
  if (use == nullptr) return "a model says what it is under 'use': provider/model or an http(s) address";
  if (!use->is_scalar()) return "a model is written as provider/model, or as an http(s) address";
  auto model = model_from_line(use->text);
  if (!model) return line_problem(use->text);
  if (node.is_map()) {
    for (const Node::Member& member : node.members) {
      if (!besides.empty() && member.key == besides) continue;
      const auto row = std::ranges::find(kKeys, std::string_view(member.key), &KeyRow::name);
      if (row == kKeys.end()) {
        auto known = key_names();
        if (!besides.empty()) known.push_back(besides);
        return "unknown key '" + member.key + "' of a model: " + meant(member.key, known);
      }
      if (!row->read(member.value, *model))
        return "'" + member.key + "' of a model must be " + std::string(row->expected);
    }
  }
  out = std::move(*model);
  return {};
}

std::string read_all(const Node& node, std::vector<ModelSetting>& out) {
  if (!node.is_list() || node.items.empty()) return "it must be a list of models";
  if (node.items.size() > kMostModels) return "at most " + std::to_string(kMostModels) + " models";
  std::vector<ModelSetting> models;
  for (const Node& item : node.items) {
    ModelSetting model;
    if (std::string problem = read_model(item, model); !problem.empty()) return problem;
    const bool taken =
        std::ranges::any_of(models, [&](const ModelSetting& m) { return m.name == model.name; });
    if (taken) return "two models are called '" + model.name + "'; give one another name";
    models.push_back(std::move(model));
  }
  out = std::move(models);
  return {};
}

std::string read_embedding(const Node& node, EmbeddingSetting& out) {
  constexpr std::string_view kDimensions = "dimensions";
  if (std::string problem = read_model(node, out.model, kDimensions); !problem.empty()) return problem;
  if (out.model.model.empty())
    return "name the model for vectors, such as openai/text-embedding-3-small or "
           "http://localhost:8080/v1#bge-small";
  if (const Node* dimensions = node.is_map() ? node.find(kDimensions) : nullptr) {
    if (!read_number(*dimensions, out.dimensions, 8192))
      return "'dimensions' of embeddings must be a whole number up to 8192";
  }
  return {};
}

}  // namespace

bool read_embeddings(const Node& node, std::optional<EmbeddingSetting>& out) {
  EmbeddingSetting setting;
  if (!read_embedding(node, setting).empty()) return false;
  out = std::move(setting);
  return true;
}

std::string embeddings_problem(const Node& node) {
  EmbeddingSetting setting;
  return read_embedding(node, setting);
}

std::vector<std::string_view> provider_names() {
  std::vector<std::string_view> names{"builtin"};
  for (const auto& provider : wire::model_api::providers()) {
    if (!provider.base_url.empty()) names.push_back(provider.name);
  }
  return names;
}

std::optional<ModelSetting> model_from_line(std::string_view line) {
  ModelSetting model{.name = std::string(line)};
  if (is_url(line)) {
    const std::size_t mark = line.find('#');
    std::string_view url = line.substr(0, mark);
    while (url.ends_with('/')) url.remove_suffix(1);
    if (url.size() <= std::string_view("https://").size() || url.find(' ') != std::string_view::npos)
      return std::nullopt;
    // A name and a password in an address would end up in logs.
    if (url.find('@') != std::string_view::npos) return std::nullopt;
    model.provider = "compatible";
    model.url = url;
    if (mark != std::string_view::npos) model.model = line.substr(mark + 1);
    if (!model.model.empty()) model.name = model.model;
    return model;
  }
  const std::size_t slash = line.find('/');
  model.provider = line.substr(0, slash);
  if (slash != std::string_view::npos) model.model = line.substr(slash + 1);
  if (slash != std::string_view::npos && model.model.empty()) return std::nullopt;
  const auto known = provider_names();
  if (std::ranges::find(known, std::string_view(model.provider)) == known.end()) return std::nullopt;
  // A shop with hundreds of models has no first one.
  if (model.provider == "openai" && model.model.empty()) return std::nullopt;
  if (model.provider == "builtin" && !model.model.empty()) return std::nullopt;
  return model;
}

bool read_models(const Node& node, std::vector<ModelSetting>& out) {
  return read_all(node, out).empty();
}

std::string models_problem(const Node& node) {
  std::vector<ModelSetting> models;
  return read_all(node, models);
}

std::string model_problem(std::string_view line) {
  return line_problem(line);
}

}  // namespace parley::assistant
