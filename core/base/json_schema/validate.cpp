#include <algorithm>

#include "base/json.hpp"
#include "base/json_pointer.hpp"
#include "base/json_schema/program.hpp"
#include "base/utf8.hpp"

namespace parley {
namespace {

constexpr std::size_t kMaxProblems = 100;
// A schema may refer to itself without end, or multiply its branches; both must stop.
constexpr std::size_t kMaxDepth = 600;
constexpr std::size_t kMaxChecks = 5'000'000;
constexpr std::size_t kPairwiseItems = 16;  // up to here comparing every pair is the fastest

// The way from the root of the value, kept on the stack and written out only for a problem.
struct Path {
  const Path* parent = nullptr;
  const Value* key = nullptr;  // of a map's member; otherwise an item:
  std::size_t index = 0;
};

// The resources entered on the way here, innermost first.
struct Scope {
  const Scope* outer = nullptr;
  std::uint32_t resource = 0;
};

// Which items or members some keyword has already looked at, for the unevaluated… keywords.
struct Evaluated {
  std::vector<bool> marks;

  void mark(std::size_t index, std::size_t size) {
    marks.resize(size);
    marks[index] = true;
  }
  bool has(std::size_t index) const { return index < marks.size() && marks[index]; }
  void merge(const Evaluated& other) {
    marks.resize(std::max(marks.size(), other.marks.size()));
    for (std::size_t i = 0; i < other.marks.size(); ++i) marks[i] = marks[i] || other.marks[i];
  }
};

// What a check works on: the value, the way to it, the way through the schemas, and who wants to know what
// was evaluated (null pointer = nobody).
struct Target {
  const Value& value;
  const Path* path;
  const Scope* scope;
  Evaluated* evaluated;
};

std::string key_text(const Value& key) {
  return key.is_string() ? std::string(key.as_string()) : write_json(key);
}

void append_pointer(std::string& out, const Path* path) {
  if (path == nullptr || path->parent == nullptr) return;
  append_pointer(out, path->parent);
  out += '/';
  if (path->key == nullptr) {
    out += std::to_string(path->index);
    return;
  }
  append_pointer_token(out, key_text(*path->key));
}

std::uint8_t type_bits(const Value& value) {
  switch (value.type()) {
    case ValueType::null:
      return type_null;
    case ValueType::boolean:
      return type_boolean;
    case ValueType::integer:
    case ValueType::unsigned_integer:
    case ValueType::real:
      return is_whole(value) ? type_integer | type_number : type_number;
    case ValueType::list:
      return type_array;
    case ValueType::map:
      return type_object;
    default:
      return type_string;  // the types that JSON lacks travel as text
  }
}

std::string type_names(std::uint8_t types) {
  if ((types & type_number) != 0) types &= static_cast<std::uint8_t>(~type_integer);
  std::string out;
  constexpr std::pair<std::uint8_t, std::string_view> kNames[] = {
      {type_null, "null"},
      {type_boolean, "a boolean"},
      {type_integer, "an integer"},
      {type_number, "a number"},
      {type_string, "a text"},
      {type_array, "a list"},
      {type_object, "an object"},
  };
  for (auto [bit, type] : kNames) {
    if ((types & bit) == 0) continue;
    if (!out.empty()) out += " or ";
    out += type;
  }
  return out;
}

std::string shown(const Value& value) {
  std::string text = write_json(value);
  if (text.size() <= 60) return text;
  return std::string(utf8_prefix(text, 57)) + "...";
}

std::string quantity(std::uint64_t count, std::string_view thing) {
  return std::to_string(count) + " " + std::string(thing) + (count == 1 ? "" : "s");
}

bool all_different(std::span<const Value> items) {
  if (items.size() <= kPairwiseItems) {
    for (std::size_t i = 1; i < items.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (items[i] == items[j]) return false;
      }
    }
    return true;
  }
  std::vector<std::pair<std::uint64_t, const Value*>> hashed;
  hashed.reserve(items.size());
  for (const Value& item : items) hashed.emplace_back(item.hash(), &item);
  std::sort(hashed.begin(), hashed.end());
  for (std::size_t i = 1; i < hashed.size(); ++i) {
    for (std::size_t j = i; j-- > 0 && hashed[j].first == hashed[i].first;) {
      if (*hashed[i].second == *hashed[j].second) return false;
    }
  }
  return true;
}

class Validation {
 public:
  Validation(const SchemaProgram& program, std::vector<SchemaProblem>* problems)
      : program_(program), problems_(problems) {}

  bool run(const Value& value) {
    Path root;
    Scope scope{.outer = nullptr, .resource = program_.nodes[program_.root].resource};
    bool valid = check(program_.root, {value, &root, &scope, nullptr});
    return valid && !gave_up_;
  }

 private:
  bool fail(const SchemaNode& node, std::string_view keyword, const Target& target, std::string message) {
    if (problems_ == nullptr || problems_->size() >= kMaxProblems) return false;
    SchemaProblem problem;
    append_pointer(problem.instance_pointer, target.path);
    problem.schema_pointer = node.pointer;
    if (!keyword.empty()) problem.schema_pointer += "/" + std::string(keyword);
    problem.keyword = keyword;
    problem.message = std::move(message);
    problems_->push_back(std::move(problem));
    return false;
  }

  // Composes messages only when somebody reads them.
  template <typename Message>
  bool require(
      bool holds, const SchemaNode& node, std::string_view keyword, const Target& target, Message message
  ) {
    if (holds) return true;
    return problems_ == nullptr ? false : fail(node, keyword, target, message());
  }

  // Checks without reporting, for branches that may fail.
  bool attempt(SchemaIndex index, const Target& target) {
    std::vector<SchemaProblem>* reported = std::exchange(problems_, nullptr);
    bool valid = check(index, target);
    problems_ = reported;
    return valid;
  }

  bool check(SchemaIndex index, const Target& target) {
    if (gave_up_) return false;
    const SchemaNode& node = program_.nodes[index];
    if (++checks_ > kMaxChecks || depth_ >= kMaxDepth) {
      gave_up_ = true;
      if (problems_ == nullptr) problems_ = all_problems_;
      return fail(node, "", target, "The schema refers to itself without end or branches too often.");
    }
    if (node.refuses_all) return fail(node, "", target, "Nothing is allowed here.");
    ++depth_;
    Scope inner{.outer = target.scope, .resource = node.resource};
    const Scope* scope = target.scope->resource == node.resource ? target.scope : &inner;
    Evaluated own;
    bool has_unevaluated = node.unevaluated_items != kNoSchema || node.unevaluated_properties != kNoSchema;
    Target here{target.value, target.path, scope, has_unevaluated ? &own : target.evaluated};
    bool valid = check_node(node, here);
    if (valid && has_unevaluated && target.evaluated != nullptr) target.evaluated->merge(own);
    --depth_;
    return valid;
  }

  bool check_node(const SchemaNode& node, const Target& target) {
    bool valid = true;
    // Without a reader of problems the first failure is enough.
    for (auto part :
         {&Validation::check_value,
          &Validation::check_number,
          &Validation::check_text,
          &Validation::check_in_place,
          &Validation::check_list,
          &Validation::check_map}) {
      valid = (this->*part)(node, target) && valid;
      if (!valid && problems_ == nullptr) return false;
    }
    return valid;
  }

  bool check_value(const SchemaNode& node, const Target& target) {
    bool valid = true;
    if (node.types != 0 && (node.types & type_bits(target.value)) == 0) {
      valid = require(false, node, "type", target, [&] {
        std::uint8_t found = type_bits(target.value);
        if (found == (type_integer | type_number)) found = type_number;
        return "Expected " + type_names(node.types) + ", found " + type_names(found) + ".";
      });
    }
    if (node.constant) {
      bool same = *node.constant == target.value;
      valid =
          require(same, node, "const", target, [&] { return "Expected " + shown(*node.constant) + "."; }) &&
          valid;
    }
    if (node.has_enum) {
      bool known = std::find(node.allowed.begin(), node.allowed.end(), target.value) != node.allowed.end();
      valid =
          require(
              known,
              node,
              "enum",
              target,
              [&] { return shown(target.value) + " is not one of " + shown(Value::list(node.allowed)) + "."; }
          ) &&
          valid;
    }
    return valid;
  }

  bool check_number(const SchemaNode& node, const Target& target) {
    const Value& value = target.value;
    if (!value.is_number()) return true;
    bool valid = true;
    auto limit = [&](const std::optional<Value>& bound,
                     std::string_view keyword,
                     std::string_view wanted,
                     auto holds) {
      if (!bound) return;
      valid = require(
                  holds(compare_numbers(value, *bound)),
                  node,
                  keyword,
                  target,
                  [&] { return shown(value) + " is not " + std::string(wanted) + " " + shown(*bound) + "."; }
              ) &&
              valid;
    };
    limit(node.minimum, "minimum", "at least", [](int order) { return order >= 0; });
    limit(node.maximum, "maximum", "at most", [](int order) { return order <= 0; });
    limit(node.exclusive_minimum, "exclusiveMinimum", "more than", [](int order) { return order > 0; });
    limit(node.exclusive_maximum, "exclusiveMaximum", "less than", [](int order) { return order < 0; });
    if (node.multiple_of) {
      valid = require(
                  is_multiple_of(value, *node.multiple_of),
                  node,
                  "multipleOf",
                  target,
                  [&] { return shown(value) + " is not a multiple of " + shown(*node.multiple_of) + "."; }
              ) &&
              valid;
    }
    return valid;
  }

  bool check_size(
      const SchemaNode& node,
      const Target& target,
      std::uint64_t size,
      const std::optional<std::uint64_t>& min,
      const std::optional<std::uint64_t>& max,
      std::pair<std::string_view, std::string_view> keywords,
      std::string_view thing
  ) {
    bool valid = true;
    if (min && size < *min) {
      valid = require(false, node, keywords.first, target, [&] {
        return "Expected at least " + quantity(*min, thing) + ", found " + std::to_string(size) + ".";
      });
    }
    if (max && size > *max) {
      valid = require(false, node, keywords.second, target, [&] {
        return "Expected at most " + quantity(*max, thing) + ", found " + std::to_string(size) + ".";
      });
    }
    return valid;
  }

  bool check_text(const SchemaNode& node, const Target& target) {
    if (!target.value.is_string()) return true;
    std::string_view text = target.value.as_string();
    bool valid = true;
    if (node.min_length || node.max_length) {
      valid = check_size(
          node,
          target,
          count_code_points(text),
          node.min_length,
          node.max_length,
          {"minLength", "maxLength"},
          "character"
      );
    }
    if (node.pattern) {
      valid = require(
                  node.pattern->search(text),
                  node,
                  "pattern",
                  target,
                  [&] { return "The text does not match the pattern " + node.pattern->pattern() + "."; }
              ) &&
              valid;
    }
    if (!node.format.empty()) {
      valid = require(
                  matches_format(node.format, text),
                  node,
                  "format",
                  target,
                  [&] { return shown(target.value) + " is not a valid " + node.format + "."; }
              ) &&
              valid;
    }
    return valid;
  }

  // Keywords that apply other schemas to the same value.
  bool check_in_place(const SchemaNode& node, const Target& target) {
    bool valid = true;
    if (node.reference != kNoSchema) valid = check(node.reference, target);
    if (node.dynamic_reference)
      valid = check(dynamic_target(*node.dynamic_reference, target.scope), target) && valid;
    for (SchemaIndex part : node.all_of) valid = check(part, target) && valid;
    if (!node.any_of.empty()) valid = check_any_of(node, target) && valid;
    if (!node.one_of.empty()) valid = check_one_of(node, target) && valid;
    if (node.negated != kNoSchema) {
      bool matched = attempt(node.negated, {target.value, target.path, target.scope, nullptr});
      valid =
          require(
              !matched, node, "not", target, [] { return std::string("The value is what must not be here."); }
          ) &&
          valid;
    }
    if (node.conditional && node.conditional->condition != kNoSchema)
      valid = check_conditional(node, target) && valid;
    if (target.value.is_map()) {
      for (const auto& [key, schema] : node.dependent_schemas) {
        if (target.value.find(key) != nullptr) valid = check(schema, target) && valid;
      }
    }
    return valid;
  }

  SchemaIndex dynamic_target(const DynamicReference& reference, const Scope* scope) const {
    SchemaIndex found = reference.target;
    if (reference.anchor.empty()) return found;
    for (; scope != nullptr; scope = scope->outer) {  // the outermost one wins
      const auto& anchors = program_.resources[scope->resource].dynamic_anchors;
      if (auto known = anchors.find(reference.anchor); known != anchors.end()) found = known->second;
    }
    return found;
  }

  // A branch that fails must leave no marks behind.
  bool attempt_branch(SchemaIndex branch, const Target& target) {
    Evaluated seen;
    Evaluated* marks = target.evaluated == nullptr ? nullptr : &seen;
    bool valid = attempt(branch, {target.value, target.path, target.scope, marks});
    if (valid && marks != nullptr) target.evaluated->merge(seen);
    return valid;
  }

  bool check_any_of(const SchemaNode& node, const Target& target) {
    bool any = false;
    for (SchemaIndex branch : node.any_of) {
      any = attempt_branch(branch, target) || any;
      if (any && target.evaluated == nullptr) return true;
    }
    return require(any, node, "anyOf", target, [&] {
      return "The value fits none of the " + quantity(node.any_of.size(), "alternative") + ".";
    });
  }

  bool check_one_of(const SchemaNode& node, const Target& target) {
    std::size_t matched = 0;
    for (SchemaIndex branch : node.one_of) matched += attempt_branch(branch, target) ? 1 : 0;
    return require(matched == 1, node, "oneOf", target, [&] {
      return "The value fits " + std::to_string(matched) + " of the " +
             quantity(node.one_of.size(), "alternative") + "; exactly one is wanted.";
    });
  }

  bool check_conditional(const SchemaNode& node, const Target& target) {
    bool holds = attempt_branch(node.conditional->condition, target);
    SchemaIndex branch = holds ? node.conditional->then_branch : node.conditional->else_branch;
    return branch == kNoSchema || check(branch, target);
  }

  // --- lists ---

  bool check_item(SchemaIndex schema, const Target& target, std::size_t index) {
    Path path{.parent = target.path, .key = nullptr, .index = index};
    return check(schema, {target.value.as_list()[index], &path, target.scope, nullptr});
  }

  bool check_list(const SchemaNode& node, const Target& target) {
    if (!target.value.is_list()) return true;
    std::span<const Value> items = target.value.as_list();
    bool valid = check_size(
        node, target, items.size(), node.min_items, node.max_items, {"minItems", "maxItems"}, "item"
    );
    if (node.unique_items) {
      valid = require(
                  all_different(items),
                  node,
                  "uniqueItems",
                  target,
                  [] { return std::string("The items must all be different."); }
              ) &&
              valid;
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
      SchemaIndex schema = i < node.prefix_items.size() ? node.prefix_items[i] : node.items;
      if (schema == kNoSchema) break;
      valid = check_item(schema, target, i) && valid;
      if (!valid && problems_ == nullptr) return false;
      if (target.evaluated != nullptr) target.evaluated->mark(i, items.size());
    }
    if (node.contains != kNoSchema) valid = check_contains(node, target) && valid;
    if (node.unevaluated_items == kNoSchema) return valid;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (target.evaluated->has(i)) continue;
      valid = check_item(node.unevaluated_items, target, i) && valid;
      target.evaluated->mark(i, items.size());
    }
    return valid;
  }

  bool check_contains(const SchemaNode& node, const Target& target) {
    std::span<const Value> items = target.value.as_list();
    std::uint64_t matched = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
      Path path{.parent = target.path, .key = nullptr, .index = i};
      if (!attempt(node.contains, {items[i], &path, target.scope, nullptr})) continue;
      ++matched;
      if (target.evaluated != nullptr) target.evaluated->mark(i, items.size());
    }
    std::uint64_t wanted = node.min_contains.value_or(1);
    bool valid =
        require(matched >= wanted, node, node.min_contains ? "minContains" : "contains", target, [&] {
          return "Expected at least " + quantity(wanted, "fitting item") + ", found " +
                 std::to_string(matched) + ".";
        });
    if (!node.max_contains) return valid;
    return require(
               matched <= *node.max_contains,
               node,
               "maxContains",
               target,
               [&] {
                 return "Expected at most " + quantity(*node.max_contains, "fitting item") + ", found " +
                        std::to_string(matched) + ".";
               }
           ) &&
           valid;
  }

  // --- maps ---

  bool check_member(SchemaIndex schema, const Target& target, const Value::Entry& entry) {
    Path path{.parent = target.path, .key = &entry.key, .index = 0};
    return check(schema, {entry.value, &path, target.scope, nullptr});
  }

  bool check_map(const SchemaNode& node, const Target& target) {
    if (!target.value.is_map()) return true;
    const Value& map = target.value;
    bool valid = check_size(
        node,
        target,
        map.size(),
        node.min_properties,
        node.max_properties,
        {"minProperties", "maxProperties"},
        "member"
    );
    for (const std::string& name : node.required) {
      valid = require(
                  map.find(name) != nullptr,
                  node,
                  "required",
                  target,
                  [&] { return "\"" + name + "\" is missing."; }
              ) &&
              valid;
    }
    for (const auto& [present, names] : node.dependent_required) {
      if (map.find(present) == nullptr) continue;
      for (const std::string& name : names) {
        valid = require(
                    map.find(name) != nullptr,
                    node,
                    "dependentRequired",
                    target,
                    [&] { return "\"" + name + "\" is missing; it is needed beside \"" + present + "\"."; }
                ) &&
                valid;
      }
    }
    if (!valid && problems_ == nullptr) return false;
    if (node.checks_members()) valid = check_members(node, target) && valid;
    if (node.unevaluated_properties == kNoSchema) return valid;
    std::span<const Value::Entry> entries = map.entries();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (target.evaluated->has(i)) continue;
      valid = check_extra(node.unevaluated_properties, node, "unevaluatedProperties", target, entries[i]) &&
              valid;
      target.evaluated->mark(i, entries.size());
    }
    return valid;
  }

  bool check_members(const SchemaNode& node, const Target& target) {
    std::span<const Value::Entry> entries = target.value.entries();
    bool valid = true;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Value::Entry& entry = entries[i];
      std::string rendered;
      if (!entry.key.is_string()) rendered = key_text(entry.key);
      std::string_view key = entry.key.is_string() ? entry.key.as_string() : std::string_view(rendered);
      bool named = false;
      if (auto property = node.properties.find(key); property != node.properties.end()) {
        named = true;
        valid = check_member(property->second, target, entry) && valid;
      }
      for (const PatternSchema& property : node.pattern_properties) {
        if (!property.pattern.search(key)) continue;
        named = true;
        valid = check_member(property.schema, target, entry) && valid;
      }
      if (!named && node.additional_properties != kNoSchema) {
        named = true;
        valid = check_extra(node.additional_properties, node, "additionalProperties", target, entry) && valid;
      }
      if (node.property_names != kNoSchema) {
        Path path{.parent = target.path, .key = &entry.key, .index = 0};
        valid = check(node.property_names, {Value(key), &path, target.scope, nullptr}) && valid;
      }
      if (named && target.evaluated != nullptr) target.evaluated->mark(i, entries.size());
      if (!valid && problems_ == nullptr) return false;
    }
    return valid;
  }

  // "Nothing is allowed here" helps nobody who misspelt a name; say which name is unknown.
  bool check_extra(
      SchemaIndex schema,
      const SchemaNode& node,
      std::string_view keyword,
      const Target& target,
      const Value::Entry& entry
  ) {
    if (!program_.nodes[schema].refuses_all) return check_member(schema, target, entry);
    Path path{.parent = target.path, .key = &entry.key, .index = 0};
    Target member{entry.value, &path, target.scope, nullptr};
    return require(false, node, keyword, member, [&] {
      return "\"" + key_text(entry.key) + "\" is not known here.";
    });
  }

  const SchemaProgram& program_;
  std::vector<SchemaProblem>* problems_;  // null pointer while nobody reads them
  std::vector<SchemaProblem>* all_problems_ = problems_;
  std::size_t depth_ = 0;
  std::size_t checks_ = 0;
  bool gave_up_ = false;
};

}  // namespace

bool Schema::valid(const Value& value) const {
  return Validation(*program_, nullptr).run(value);
}

std::vector<SchemaProblem> Schema::validate(const Value& value) const {
  std::vector<SchemaProblem> problems;
  Validation(*program_, &problems).run(value);
  return problems;
}

}  // namespace parley
