#include "wire/kept.hpp"

#include <algorithm>
#include <string_view>

#include "base/json.hpp"
#include "base/json_pointer.hpp"
#include "base/utf8.hpp"

namespace parley::wire {
namespace {

using Path = std::vector<std::string>;

// "/a~1b/*/c" as its tokens.
Path tokens_of(std::string_view pointer) {
  Path tokens;
  while (pointer.starts_with('/')) {
    pointer.remove_prefix(1);
    const std::string_view raw = pointer.substr(0, pointer.find('/'));
    std::string token;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      const bool escaped = raw[i] == '~' && i + 1 < raw.size() && (raw[i + 1] == '0' || raw[i + 1] == '1');
      token += !escaped ? raw[i] : raw[i + 1] == '0' ? '~' : '/';
      i += escaped ? 1 : 0;
    }
    tokens.push_back(std::move(token));
    pointer.remove_prefix(raw.size());
  }
  return tokens;
}

// The rest of every path that goes on through `token`.
std::vector<Path> following(std::span<const Path> paths, std::string_view token) {
  std::vector<Path> rest;
  for (const Path& path : paths) {
    if (!path.empty() && (path.front() == token || path.front() == "*"))
      rest.emplace_back(path.begin() + 1, path.end());
  }
  return rest;
}

Value projected(const Value& value, std::span<const Path> paths) {
  if (std::ranges::any_of(paths, &Path::empty)) return value;
  if (value.is_list()) {
    ListBuilder list;
    std::size_t index = 0;
    for (const Value& item : value.as_list()) {
      const auto rest = following(paths, std::to_string(index++));
      if (!rest.empty()) list.add(projected(item, rest));
    }
    return list.build();
  }
  if (!value.is_map()) return {};
  MapBuilder map;
  for (const auto& [key, member] : value.entries()) {
    const auto rest = key.is_string() ? following(paths, key.as_string()) : std::vector<Path>{};
    if (!rest.empty()) map.set(key.as_string(), projected(member, rest));
  }
  return map.build();
}

struct Measure {
  std::size_t items;
  std::size_t bytes;
};

Value cut(const Value& value, const Measure& most) {
  if (value.is_string()) {
    const std::string_view text = value.as_string();
    if (text.size() <= most.bytes) return value;
    return Value(std::string(utf8_prefix(text, most.bytes)) + "…");
  }
  if (value.is_list()) {
    ListBuilder list;
    for (const Value& item : value.as_list().first(std::min(value.size(), most.items)))
      list.add(cut(item, most));
    return list.build();
  }
  if (value.is_map()) {
    MapBuilder map;
    for (const auto& [key, member] : value.entries()) map.set(key, cut(member, most));
    return map.build();
  }
  return value;
}

// What a reference to a definition of the schema itself stands for.
const Value& dereferenced(const Value& root, const Value& schema) {
  constexpr std::string_view kDefinitions = "#/$defs/";
  const Value* at = &schema;
  for (int hops = 0; hops < 16; ++hops) {
    const std::string_view reference = at->text("$ref");
    if (!reference.starts_with(kDefinitions)) break;
    const Value* target = root["$defs"].find(unescape_pointer_token(reference.substr(kDefinitions.size())));
    if (target == nullptr) break;
    at = target;
  }
  return *at;
}

Value projected_schema(const Value& root, const Value& given, std::span<const Path> paths) {
  if (std::ranges::any_of(paths, &Path::empty)) return given;
  const Value& schema = dereferenced(root, given);
  if (!schema.is_map()) return schema;
  MapBuilder out;
  for (const auto& [key, value] : schema.entries()) {
    const std::string_view keyword = key.as_string();
    if (keyword == "properties" && value.is_map()) {
      MapBuilder kept;
      for (const auto& [name, member] : value.entries()) {
        const auto rest = following(paths, name.as_string());
        if (!rest.empty()) kept.set(name, projected_schema(root, member, rest));
      }
      out.set(key, kept.build());
    } else if (keyword == "items") {
      out.set(key, projected_schema(root, value, following(paths, "*")));
    } else if ((keyword == "allOf" || keyword == "anyOf" || keyword == "oneOf") && value.is_list()) {
      ListBuilder parts;
      for (const Value& part : value.as_list()) parts.add(projected_schema(root, part, paths));
      out.set(key, parts.build());
    } else if (keyword == "required" && value.is_list()) {
      ListBuilder kept;
      for (const Value& name : value.as_list()) {
        if (name.is_string() && !following(paths, name.as_string()).empty()) kept.add(name);
      }
      out.set(key, kept.build());
    } else if (keyword != "additionalProperties" && keyword != "prefixItems") {
      out.set(key, value);
    }
  }
  return out.build();
}

}  // namespace

Result<void> read_fields(const Value& list, std::vector<std::string>& fields) {
  if (list.is_null()) return {};
  const auto wrong = [] {
    return fail(
        ErrorCode::invalid_input, "x-parley-fields must be a list of pointers such as /id", "/x-parley-fields"
    );
  };
  if (!list.is_list()) return wrong();
  for (const Value& pointer : list.as_list()) {
    if (!pointer.is_string() || !pointer.as_string().starts_with('/')) return wrong();
    fields.emplace_back(pointer.as_string());
  }
  return {};
}

Value project(const Value& answer, std::span<const std::string> fields) {
  if (fields.empty()) return answer;
  std::vector<Path> paths;
  for (const std::string& field : fields) paths.push_back(tokens_of(field));
  return projected(answer, paths);
}

Value kept_schema(const Value& schema, std::span<const std::string> fields) {
  if (fields.empty() || !schema.is_map()) return schema;
  std::vector<Path> paths;
  for (const std::string& field : fields) paths.push_back(tokens_of(field));
  const Value projected = projected_schema(schema, schema, paths);
  const Value* definitions = schema.find("$defs");
  if (definitions == nullptr || !projected.is_map() || projected.find("$defs") != nullptr) return projected;
  MapBuilder out;
  for (const auto& [key, value] : projected.entries()) out.set(key, value);
  return out.set("$defs", *definitions).build();
}

Value shortened(const Value& answer, std::size_t max_bytes) {
  if (write_json(answer).size() <= max_bytes) return answer;
  constexpr Measure kMeasures[] = {
      {200, 16'384}, {100, 8'192}, {50, 4'096}, {20, 2'048}, {10, 1'024}, {3, 256}
  };
  // Who adds up what is listed must see that it is not all.
  const auto marked = [](Value shorter) {
    return shorter.is_map() ? shorter.with("_shortened", true) : shorter;
  };
  for (const Measure& measure : kMeasures) {
    Value shorter = marked(cut(answer, measure));
    if (write_json(shorter).size() <= max_bytes) return shorter;
  }
  return answer.is_map() ? marked(Value::map()) : Value();
}

}  // namespace parley::wire
