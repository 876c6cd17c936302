#include <array>
#include <charconv>

#include "base/json.hpp"
#include "base/json_pointer.hpp"
#include "base/json_schema/program.hpp"
#include "base/json_schema/uri.hpp"

namespace parley {
namespace {

constexpr std::size_t kMaxNesting = 200;
constexpr std::string_view kDefaultBase = "schema:/";

// Where a subschema stands: pointers in messages and bases of references come from here.
struct Place {
  std::uint32_t resource = 0;
  std::string pointer;
};

class SchemaCompiler {
 public:
  SchemaCompiler(const SchemaOptions& options, SchemaProgram& program)
      : options_(options), program_(program) {}

  Result<bool> run(Value document) {
    std::string base = options_.base_uri.empty() ? std::string(kDefaultBase) : options_.base_uri;
    const Value* root = add_document(std::move(document), base);
    program_.root = node_for(*root);
    // Nodes are compiled from a list, not recursively: references may form cycles.
    for (std::size_t next = 0; next < sources_.size() && !failed_; ++next) compile_node(next);
    if (failed_) return std::unexpected(std::move(error_));
    return true;
  }

 private:
  using Handler = void (SchemaCompiler::*)(SchemaNode&, const Value&);
  struct Keyword {
    std::string_view name;
    Handler handler;
    bool validation;  // belongs to the validation vocabulary, which a dialect may switch off
  };
  static const std::array<Keyword, 40> kKeywords;

  // --- errors ---

  void refuse(std::string message, std::string hint, ErrorCode code = ErrorCode::invalid_input) {
    if (failed_) return;
    failed_ = true;
    error_ = Error{code, std::move(message), where_, std::move(hint)};
  }

  void wrong_type(std::string_view wanted) {
    refuse(
        "The keyword \"" + std::string(keyword_) + "\" must be " + std::string(wanted) + ".",
        "Correct the schema here."
    );
  }

  // --- documents, resources, places ---

  const Value* add_document(Value document, std::string_view uri) {
    program_.documents.push_back(std::move(document));
    const Value* root = &program_.documents.back();
    add_resource(root, std::string(uri), true);
    if (root->is_map() && !root->text("$id").empty()) {
      add_resource(root, resolve_uri(uri, root->text("$id")), validates_.back());
    }
    scan(*root, static_cast<std::uint32_t>(program_.resources.size() - 1), "#", 0);
    return root;
  }

  void add_resource(const Value* root, std::string uri, bool validates) {
    auto number = static_cast<std::uint32_t>(program_.resources.size());
    std::string document(split_fragment(uri).document);
    resource_of_.insert_or_assign(document, number);
    program_.resources.push_back({.uri = document, .root = root, .anchors = {}, .dynamic_anchors = {}});
    validates_.push_back(validates && dialect_validates(*root));
  }

  // A metaschema given by the caller may leave the validation vocabulary out.
  bool dialect_validates(const Value& schema) const {
    auto dialect = options_.documents.find(std::string(schema.text("$schema")));
    if (dialect == options_.documents.end()) return true;
    const Value& vocabulary = dialect->second["$vocabulary"];
    return !vocabulary.is_map() ||
           vocabulary.find("https://json-schema.org/draft/2020-12/vocab/validation") != nullptr;
  }

  void scan(const Value& schema, std::uint32_t resource, const std::string& pointer, std::size_t depth) {
    if (depth > kMaxNesting)
      return refuse("The schema is nested too deeply.", "Use $defs and $ref.", ErrorCode::too_large);
    bool is_root = depth == 0;
    std::string_view id = schema.is_map() ? schema.text("$id") : std::string_view();
    if (!is_root && !split_fragment(id).document.empty()) {
      bool validates = validates_[resource];
      add_resource(&schema, resolve_uri(program_.resources[resource].uri, id), validates);
      return scan_members(schema, static_cast<std::uint32_t>(program_.resources.size() - 1), "#", depth);
    }
    scan_members(schema, resource, pointer, depth);
  }

  void scan_members(
      const Value& schema, std::uint32_t resource, const std::string& pointer, std::size_t depth
  ) {
    places_.try_emplace(&schema, Place{resource, pointer});
    if (!schema.is_map()) return;
    if (std::string_view anchor = schema.text("$anchor"); !anchor.empty()) {
      program_.resources[resource].anchors.try_emplace(std::string(anchor), &schema);
    }
    if (std::string_view anchor = schema.text("$dynamicAnchor"); !anchor.empty()) {
      program_.resources[resource].anchors.try_emplace(std::string(anchor), &schema);
      program_.resources[resource].dynamic_anchors.try_emplace(std::string(anchor), node_for(schema));
    }
    for (std::string_view keyword :
         {"additionalProperties",
          "unevaluatedProperties",
          "unevaluatedItems",
          "items",
          "contains",
          "propertyNames",
          "not",
          "if",
          "then",
          "else",
          "contentSchema"}) {
      if (const Value* child = schema.find(keyword))
        scan(*child, resource, pointer + "/" + std::string(keyword), depth + 1);
    }
    for (std::string_view keyword : {"allOf", "anyOf", "oneOf", "prefixItems"}) {
      const Value& list = schema[keyword];
      for (std::size_t i = 0; list.is_list() && i < list.size(); ++i) {
        scan(
            list.as_list()[i],
            resource,
            pointer + "/" + std::string(keyword) + "/" + std::to_string(i),
            depth + 1
        );
      }
    }
    for (std::string_view keyword :
         {"properties", "patternProperties", "dependentSchemas", "$defs", "definitions"}) {
      const Value& map = schema[keyword];
      if (!map.is_map()) continue;
      for (const Value::Entry& entry : map.entries()) {
        if (!entry.key.is_string()) continue;
        scan(
            entry.value,
            resource,
            pointer + "/" + std::string(keyword) + "/" + escape_pointer_token(entry.key.as_string()),
            depth + 1
        );
      }
    }
  }

  SchemaIndex node_for(const Value& schema) {
    auto next = static_cast<SchemaIndex>(program_.nodes.size());
    auto [known, is_new] = node_of_.try_emplace(&schema, next);
    if (!is_new) return known->second;
    const Place& place = places_[&schema];
    SchemaNode node;
    node.pointer = place.pointer;
    node.resource = place.resource;
    program_.nodes.push_back(std::move(node));
    sources_.push_back(&schema);
    return next;
  }

  // --- references ---

  // The number of a resource, loading a document that the caller gave or that is built in; -1 when there is
  // none.
  std::int64_t find_resource(const std::string& uri) {
    if (auto known = resource_of_.find(uri); known != resource_of_.end()) return known->second;
    auto given = options_.documents.find(uri);
    if (given == options_.documents.end()) given = options_.documents.find(uri + "#");
    if (given != options_.documents.end()) {
      add_document(given->second, uri);
    } else if (std::string_view text = metaschema_text(uri); !text.empty()) {
      auto document = parse_json(text);
      INVARIANT(document.has_value(), "the built-in metaschema is JSON");
      add_document(std::move(*document), uri);
    } else {
      return -1;
    }
    return resource_of_.at(uri);
  }

  const Value* follow_pointer(std::uint32_t resource, std::string_view pointer) {
    const Value* at = program_.resources[resource].root;
    std::string place = "#";
    while (!pointer.empty()) {
      std::size_t end = pointer.find('/', 1);
      std::string token =
          unescape_pointer_token(pointer.substr(1, end == std::string_view::npos ? end : end - 1));
      pointer = end == std::string_view::npos ? std::string_view() : pointer.substr(end);
      const Value* next = at->find(token);
      if (at->is_list()) {
        std::size_t index = 0;
        auto [stop, problem] = std::from_chars(token.data(), token.data() + token.size(), index);
        bool exists = problem == std::errc() && stop == token.data() + token.size() && index < at->size();
        next = exists ? &at->as_list()[index] : nullptr;
      }
      if (next == nullptr) return nullptr;
      at = next;
      place += "/" + escape_pointer_token(token);
      if (auto known = places_.find(at); known != places_.end()) {
        resource = known->second.resource;
        place = known->second.pointer;
      }
    }
    if (!places_.contains(at)) scan(*at, resource, place, 1);
    return at;
  }

  // The schema that a reference names, or null pointer after refusing. `anchor` gets the name of a dynamic
  // anchor when the reference led to one.
  const Value* resolve(const SchemaNode& node, const Value& reference, std::string* anchor) {
    if (!reference.is_string()) return wrong_type("a URI reference"), nullptr;
    std::string uri = resolve_uri(program_.resources[node.resource].uri, reference.as_string());
    SplitUri parts = split_fragment(uri);
    std::int64_t found = find_resource(std::string(parts.document));
    const Value* target = nullptr;
    if (found >= 0) {
      auto number = static_cast<std::uint32_t>(found);
      std::string fragment = percent_decode(parts.fragment);
      const SchemaResource& resource = program_.resources[number];
      if (fragment.empty()) {
        target = resource.root;
      } else if (fragment.starts_with('/')) {
        target = follow_pointer(number, fragment);
      } else if (auto named = resource.anchors.find(fragment); named != resource.anchors.end()) {
        target = named->second;
        auto dynamic = resource.dynamic_anchors.find(fragment);
        if (anchor != nullptr && dynamic != resource.dynamic_anchors.end()) *anchor = fragment;
      }
    }
    if (target == nullptr && !failed_) {
      refuse(
          "The reference \"" + std::string(reference.as_string()) + "\" leads to nothing.",
          found < 0 ? "Give the document it names together with the schema; nothing is fetched."
                    : "Check the path or anchor behind '#'.",
          ErrorCode::not_found
      );
    }
    return target;
  }

  // --- nodes ---

  void compile_node(std::size_t index) {
    const Value& schema = *sources_[index];
    SchemaNode& node = program_.nodes[index];  // a deque: stays where it is when nodes are added
    where_ = node.pointer.substr(1);
    if (schema.is_bool()) {
      node.refuses_all = !schema.as_bool();
      return;
    }
    if (!schema.is_map()) {
      return refuse("A schema must be an object, true or false.", "Put the condition into an object.");
    }
    bool validates = validates_[node.resource];
    for (const Value::Entry& entry : schema.entries()) {
      if (!entry.key.is_string()) continue;
      for (const Keyword& keyword : kKeywords) {
        if (keyword.name != entry.key.as_string() || (keyword.validation && !validates)) continue;
        keyword_ = keyword.name;
        where_ = node.pointer.substr(1) + "/" + std::string(keyword.name);
        (this->*keyword.handler)(node, entry.value);
        break;
      }
      if (failed_) return;
    }
  }

  SchemaIndex child(const Value& schema) {
    // Reached by a path that the scan does not know, such as a misspelt container: refused when compiled.
    places_.try_emplace(&schema, Place{0, "#" + where_});
    return node_for(schema);
  }

  std::optional<std::uint64_t> count(const Value& value) {
    if (!value.is_number() || !is_whole(value) || value.to_double() < 0 || value.to_double() > 9e18) {
      wrong_type("a whole number of at least 0");
      return std::nullopt;
    }
    return static_cast<std::uint64_t>(value.to_double());
  }

  std::optional<Value> number(const Value& value) {
    if (!value.is_number()) wrong_type("a number");
    return value;
  }

  std::vector<std::string> names(const Value& value) {
    std::vector<std::string> out;
    if (!value.is_list()) return wrong_type("a list of names"), out;
    for (const Value& item : value.as_list()) {
      if (!item.is_string()) return wrong_type("a list of names"), out;
      out.emplace_back(item.as_string());
    }
    return out;
  }

  std::vector<SchemaIndex> children(const Value& value) {
    std::vector<SchemaIndex> out;
    if (!value.is_list() || value.size() == 0) return wrong_type("a list of at least one schema"), out;
    for (const Value& item : value.as_list()) out.push_back(child(item));
    return out;
  }

  std::optional<Regex> regex(std::string_view source) {
    auto compiled = Regex::compile(source, {.dialect = RegexDialect::ecma});
    if (compiled) return std::move(*compiled);
    refuse(
        "The pattern \"" + std::string(source) + "\" cannot be used: " + compiled.error().message,
        compiled.error().hint,
        compiled.error().code
    );
    return std::nullopt;
  }

  // --- keywords ---

  void on_type(SchemaNode& node, const Value& value) {
    std::span<const Value> list(&value, 1);
    if (value.is_list()) list = value.as_list();
    constexpr std::pair<std::string_view, std::uint8_t> kTypes[] = {
        {"null", type_null},
        {"boolean", type_boolean},
        {"integer", type_integer},
        {"number", type_number | type_integer},
        {"string", type_string},
        {"array", type_array},
        {"object", type_object},
    };
    for (const Value& item : list) {
      std::uint8_t bits = 0;
      for (auto [type, type_bits] : kTypes) {
        if (item.is_string() && item.as_string() == type) bits = type_bits;
      }
      if (bits == 0)
        return wrong_type("one or several of null, boolean, integer, number, string, array, object");
      node.types |= bits;
    }
    if (node.types == 0) wrong_type("at least one type");
  }

  void on_enum(SchemaNode& node, const Value& value) {
    if (!value.is_list()) return wrong_type("a list");
    node.has_enum = true;
    node.allowed.assign(value.as_list().begin(), value.as_list().end());
  }
  void on_const(SchemaNode& node, const Value& value) { node.constant = value; }
  void on_minimum(SchemaNode& node, const Value& value) { node.minimum = number(value); }
  void on_maximum(SchemaNode& node, const Value& value) { node.maximum = number(value); }
  void on_exclusive_minimum(SchemaNode& node, const Value& value) { node.exclusive_minimum = number(value); }
  void on_exclusive_maximum(SchemaNode& node, const Value& value) { node.exclusive_maximum = number(value); }
  void on_multiple_of(SchemaNode& node, const Value& value) {
    if (!value.is_number() || !(value.to_double() > 0)) return wrong_type("a number greater than 0");
    node.multiple_of = value;
  }
  void on_min_length(SchemaNode& node, const Value& value) { node.min_length = count(value); }
  void on_max_length(SchemaNode& node, const Value& value) { node.max_length = count(value); }
  void on_pattern(SchemaNode& node, const Value& value) {
    if (!value.is_string()) return wrong_type("a regular expression");
    node.pattern = regex(value.as_string());
  }
  void on_format(SchemaNode& node, const Value& value) {
    if (!value.is_string()) return wrong_type("the name of a format");
    if (options_.assert_formats) node.format = value.as_string();
  }
  void on_min_items(SchemaNode& node, const Value& value) { node.min_items = count(value); }
  void on_max_items(SchemaNode& node, const Value& value) { node.max_items = count(value); }
  void on_min_contains(SchemaNode& node, const Value& value) { node.min_contains = count(value); }
  void on_max_contains(SchemaNode& node, const Value& value) { node.max_contains = count(value); }
  void on_unique_items(SchemaNode& node, const Value& value) {
    if (!value.is_bool()) return wrong_type("true or false");
    node.unique_items = value.as_bool();
  }
  void on_prefix_items(SchemaNode& node, const Value& value) { node.prefix_items = children(value); }
  void on_items(SchemaNode& node, const Value& value) { node.items = child(value); }
  void on_contains(SchemaNode& node, const Value& value) { node.contains = child(value); }
  void on_unevaluated_items(SchemaNode& node, const Value& value) { node.unevaluated_items = child(value); }
  void on_min_properties(SchemaNode& node, const Value& value) { node.min_properties = count(value); }
  void on_max_properties(SchemaNode& node, const Value& value) { node.max_properties = count(value); }
  void on_required(SchemaNode& node, const Value& value) { node.required = names(value); }
  void on_properties(SchemaNode& node, const Value& value) {
    if (!value.is_map()) return wrong_type("an object of schemas");
    for (const Value::Entry& entry : value.entries()) {
      if (entry.key.is_string()) node.properties.emplace(entry.key.as_string(), child(entry.value));
    }
  }
  void on_pattern_properties(SchemaNode& node, const Value& value) {
    if (!value.is_map()) return wrong_type("an object of schemas");
    for (const Value::Entry& entry : value.entries()) {
      if (!entry.key.is_string()) continue;
      std::optional<Regex> pattern = regex(entry.key.as_string());
      if (!pattern) return;
      node.pattern_properties.push_back(
          {std::move(*pattern), child(entry.value), escape_pointer_token(entry.key.as_string())}
      );
    }
  }
  void on_additional_properties(SchemaNode& node, const Value& value) {
    node.additional_properties = child(value);
  }
  void on_property_names(SchemaNode& node, const Value& value) { node.property_names = child(value); }
  void on_unevaluated_properties(SchemaNode& node, const Value& value) {
    node.unevaluated_properties = child(value);
  }
  void on_dependent_required(SchemaNode& node, const Value& value) {
    if (!value.is_map()) return wrong_type("an object of lists");
    for (const Value::Entry& entry : value.entries()) {
      if (entry.key.is_string())
        node.dependent_required.emplace_back(entry.key.as_string(), names(entry.value));
    }
  }
  void on_dependent_schemas(SchemaNode& node, const Value& value) {
    if (!value.is_map()) return wrong_type("an object of schemas");
    for (const Value::Entry& entry : value.entries()) {
      if (entry.key.is_string())
        node.dependent_schemas.emplace_back(entry.key.as_string(), child(entry.value));
    }
  }
  void on_ref(SchemaNode& node, const Value& value) {
    if (const Value* target = resolve(node, value, nullptr)) node.reference = node_for(*target);
  }
  void on_dynamic_ref(SchemaNode& node, const Value& value) {
    DynamicReference reference;
    const Value* target = resolve(node, value, &reference.anchor);
    if (target == nullptr) return;
    reference.target = node_for(*target);
    node.dynamic_reference = std::move(reference);
  }
  void on_all_of(SchemaNode& node, const Value& value) { node.all_of = children(value); }
  void on_any_of(SchemaNode& node, const Value& value) { node.any_of = children(value); }
  void on_one_of(SchemaNode& node, const Value& value) { node.one_of = children(value); }
  void on_not(SchemaNode& node, const Value& value) { node.negated = child(value); }
  // then and else mean something only beside if, in whatever order they are written.
  Conditional& conditional(SchemaNode& node) {
    if (!node.conditional) node.conditional.emplace();
    return *node.conditional;
  }
  void on_if(SchemaNode& node, const Value& value) { conditional(node).condition = child(value); }
  void on_then(SchemaNode& node, const Value& value) { conditional(node).then_branch = child(value); }
  void on_else(SchemaNode& node, const Value& value) { conditional(node).else_branch = child(value); }

  const SchemaOptions& options_;
  SchemaProgram& program_;
  std::map<std::string, std::uint32_t> resource_of_;
  std::vector<bool> validates_;  // by resource
  std::map<const Value*, Place> places_;
  std::map<const Value*, SchemaIndex> node_of_;
  std::vector<const Value*> sources_;  // by node
  std::string where_;
  std::string_view keyword_;
  bool failed_ = false;
  Error error_;
};

constinit const std::array<SchemaCompiler::Keyword, 40> SchemaCompiler::kKeywords{{
    {"$ref", &SchemaCompiler::on_ref, false},
    {"$dynamicRef", &SchemaCompiler::on_dynamic_ref, false},
    {"type", &SchemaCompiler::on_type, true},
    {"enum", &SchemaCompiler::on_enum, true},
    {"const", &SchemaCompiler::on_const, true},
    {"minimum", &SchemaCompiler::on_minimum, true},
    {"maximum", &SchemaCompiler::on_maximum, true},
    {"exclusiveMinimum", &SchemaCompiler::on_exclusive_minimum, true},
    {"exclusiveMaximum", &SchemaCompiler::on_exclusive_maximum, true},
    {"multipleOf", &SchemaCompiler::on_multiple_of, true},
    {"minLength", &SchemaCompiler::on_min_length, true},
    {"maxLength", &SchemaCompiler::on_max_length, true},
    {"pattern", &SchemaCompiler::on_pattern, true},
    {"format", &SchemaCompiler::on_format, false},
    {"minItems", &SchemaCompiler::on_min_items, true},
    {"maxItems", &SchemaCompiler::on_max_items, true},
    {"minContains", &SchemaCompiler::on_min_contains, true},
    {"maxContains", &SchemaCompiler::on_max_contains, true},
    {"uniqueItems", &SchemaCompiler::on_unique_items, true},
    {"prefixItems", &SchemaCompiler::on_prefix_items, false},
    {"items", &SchemaCompiler::on_items, false},
    {"contains", &SchemaCompiler::on_contains, false},
    {"unevaluatedItems", &SchemaCompiler::on_unevaluated_items, false},
    {"minProperties", &SchemaCompiler::on_min_properties, true},
    {"maxProperties", &SchemaCompiler::on_max_properties, true},
    {"required", &SchemaCompiler::on_required, true},
    {"properties", &SchemaCompiler::on_properties, false},
    {"patternProperties", &SchemaCompiler::on_pattern_properties, false},
    {"additionalProperties", &SchemaCompiler::on_additional_properties, false},
    {"propertyNames", &SchemaCompiler::on_property_names, false},
    {"unevaluatedProperties", &SchemaCompiler::on_unevaluated_properties, false},
    {"dependentRequired", &SchemaCompiler::on_dependent_required, true},
    {"dependentSchemas", &SchemaCompiler::on_dependent_schemas, false},
    {"allOf", &SchemaCompiler::on_all_of, false},
    {"anyOf", &SchemaCompiler::on_any_of, false},
    {"oneOf", &SchemaCompiler::on_one_of, false},
    {"not", &SchemaCompiler::on_not, false},
    {"if", &SchemaCompiler::on_if, false},
    {"then", &SchemaCompiler::on_then, false},
    {"else", &SchemaCompiler::on_else, false},
}};

}  // namespace

Result<Schema> Schema::compile(Value document, const SchemaOptions& options) {
  auto program = std::make_shared<SchemaProgram>();
  auto compiled = SchemaCompiler(options, *program).run(std::move(document));
  if (!compiled) return std::unexpected(std::move(compiled.error()));
  return Schema(std::move(program));
}

}  // namespace parley
