#include "wire/tool_signature.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "wire/dialect/inline.hpp"

namespace parley::wire {
namespace {

constexpr std::uint8_t kDeepest = 4;
constexpr std::size_t kMostSchemas = 4'000;  // of one answer that are looked at
constexpr std::size_t kMostGiven = 40;
constexpr std::string_view kDefinitions = "#/$defs/";
constexpr std::array<std::string_view, 10> kIdentifiers{
    "id", "uri", "key", "uuid", "uid", "gid", "sid", "slug", "login", "number"
};

// "user_id", "userId" → "user"; empty for everything else.
std::string_view thing_of(std::string_view member) {
  for (const std::string_view ending : {"_id", "Id", "_uri", "_key"}) {
    if (member.size() > ending.size() && member.ends_with(ending))
      return member.substr(0, member.size() - ending.size());
  }
  return {};
}

class Finder {
 public:
  explicit Finder(const Value& root) : root_(root) {}

  std::vector<flow::GivenThing> found() && {
    look(root_, "", 0);
    std::vector<flow::GivenThing> sorted;
    for (int depth = 0; depth <= kDeepest + 1; ++depth) {
      for (flow::GivenThing& each : given_) {
        if (each.depth == depth) sorted.push_back(std::move(each));
      }
    }
    return sorted;
  }

 private:
  void give(std::string_view name, std::uint8_t depth) {
    const auto known = std::ranges::find(given_, name, &flow::GivenThing::name);
    if (known != given_.end()) {
      known->depth = std::min(known->depth, depth);
    } else if (given_.size() < kMostGiven) {
      given_.push_back({std::string(name), depth});
    }
  }

  // `name`: what the schemas around it call it.
  void look(const Value& schema, const std::string& name, std::uint8_t depth) {
    if (!schema.is_map() || depth > kDeepest || ++looked_ > kMostSchemas) return;
    if (const std::string_view reference = schema.text("$ref"); reference.starts_with(kDefinitions)) {
      const std::string definition(reference.substr(kDefinitions.size()));
      if (std::ranges::find(inside_, definition) != inside_.end()) return;
      inside_.push_back(definition);
      look(root_["$defs"][definition], name + " " + definition, depth);
      inside_.pop_back();
    }
    look(schema["items"], name, depth);
    for (const std::string_view several : {"allOf", "anyOf", "oneOf"}) {
      const Value& parts = schema[several];
      if (!parts.is_list()) continue;
      for (const Value& part : parts.as_list()) look(part, name, depth);
    }
    const Value& members = schema["properties"];
    if (!members.is_map()) return;
    for (const auto& [key, member] : members.entries()) {
      if (!key.is_string()) continue;
      const std::string_view called = key.as_string();
      if (std::ranges::find(kIdentifiers, called) != kIdentifiers.end()) give(name, depth);
      if (const std::string_view thing = thing_of(called); !thing.empty())
        give(thing, static_cast<std::uint8_t>(depth + 1));
      const bool holds = is_holder(called);
      look(member, holds ? name : std::string(called), static_cast<std::uint8_t>(holds ? depth : depth + 1));
    }
  }

  // What only holds a list keeps the name of what is around it: {"tracks": {"items": [...]}} gives tracks.
  static bool is_holder(std::string_view member) {
    constexpr std::array<std::string_view, 10> kHolders{
        "items", "data", "results", "values", "value", "records", "list", "entries", "nodes", "item"
    };
    return std::ranges::find(kHolders, member) != kHolders.end();
  }

  const Value& root_;
  std::vector<flow::GivenThing> given_;
  std::vector<std::string> inside_;  // the definitions that are being looked into
  std::size_t looked_ = 0;
};

}  // namespace

std::vector<flow::GivenThing> given_things(const Value& result_schema) {
  return Finder(result_schema).found();
}

flow::ToolSignature signature_of(const Tool& tool) {
  const bool has_place = !tool.method.empty() || !tool.path.empty();
  return {
      .name = tool.id,
      .parameters = without_references(tool.parameters),
      .result = without_references(tool.result_schema),
      .effect = tool.effect,
      .description = tool.description,
      .place = has_place ? tool.method + " " + tool.path : std::string(),
      .about = tool.about,
      .gives = given_things(tool.result_schema),
  };
}

}  // namespace parley::wire
