#include "wire/openapi/schema.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "wire/names.hpp"
#include "wire/openapi/conversion.hpp"

namespace parley::wire::openapi {
namespace {

constexpr std::string_view kDefinitionPrefix = "#/$defs/";

std::string_view suffix_of(Carrier carrier) {
  switch (carrier) {
    case Carrier::text:
      return ".text";
    case Carrier::segment:
      return ".segment";
    case Carrier::json:
    case Carrier::response:
      break;
  }
  return {};
}

// "#/components/schemas/Pet" → "Pet"; what stands elsewhere or has a name that is no clean one also gets some
// digits, so that the name hangs on the reference alone.
std::string definition_name(std::string_view reference, Carrier carrier) {
  constexpr std::string_view kHomes[] = {"#/components/schemas/", "#/definitions/"};
  const std::string token = decode_token(reference.substr(reference.rfind('/') + 1));
  std::string name = clean_name(token, true);
  const bool at_home = std::ranges::any_of(kHomes, [&](std::string_view home) {
    return reference.starts_with(home) && reference.find('/', home.size()) == std::string_view::npos;
  });
  if (!at_home || name != token || name.size() > kMaxNameLength) name = shortened(name, reference);
  name += suffix_of(carrier);
  return name;
}

}  // namespace

Result<Value> SchemaCompiler::compile(const Value& schema, Carrier carrier) {
  std::vector<Definition*> uses;
  return convert(schema, {carrier, {}, 0, &uses, &schema});
}

// A schema that was written elsewhere brings its "$defs" along, and refers to them as if it were the
// document. What they contain names them then, because no pointer into the document is the same for all of
// them.
SchemaCompiler::Definition* SchemaCompiler::define(std::string_view target, const Scope& scope) {
  std::string reference(target);
  Value resource;
  if (target.starts_with(kDefinitionPrefix) && !document_.at(target)) {
    const std::string name = decode_token(target.substr(kDefinitionPrefix.size()));
    if (const Value* own = (*scope.resource)["$defs"].find(name)) {
      reference = sha256_hex(write_canonical((*scope.resource)["$defs"])) + "/" + name;
      document_.remember(reference, *own);
      resource = *scope.resource;
    }
  }
  const auto [place, fresh] =
      by_reference_.try_emplace(std::string(suffix_of(scope.carrier)) + reference, nullptr);
  if (!fresh) return place->second;
  std::string name = definition_name(reference, scope.carrier);
  Definition*& named = by_name_[name];
  if (named == nullptr) {
    named = &definitions_.emplace_back(std::move(name), std::move(reference), scope.carrier);
    named->resource = std::move(resource);
  }
  place->second = named;
  return named;
}

const Result<Value>& SchemaCompiler::converted(Definition& definition) {
  if (!definition.schema) {
    auto target = document_.at(definition.reference);
    if (target) {
      const Value* resource = definition.resource.is_null() ? *target : &definition.resource;
      definition.schema =
          convert(**target, {definition.carrier, definition.reference, 0, &definition.uses, resource});
    } else {
      definition.schema = std::unexpected(std::move(target.error()));
    }
  }
  return *definition.schema;
}

Result<const Value*> SchemaCompiler::resolved(const Value& compiled) {
  constexpr int kMaxChain = 16;
  const Value* at = &compiled;
  for (int hops = 0; hops < kMaxChain; ++hops) {
    const std::string_view reference = at->text("$ref");
    if (!reference.starts_with(kDefinitionPrefix)) return at;
    const auto found = by_name_.find(std::string(reference.substr(kDefinitionPrefix.size())));
    if (found == by_name_.end()) return at;
    const Result<Value>& schema = converted(*found->second);
    if (!schema) return std::unexpected(schema.error());
    at = &*schema;
  }
  return fail(ErrorCode::invalid_input, "a chain of $ref goes in a circle");
}

void SchemaCompiler::collect(const Value& compiled, std::vector<Definition*>& found) const {
  if (compiled.is_list()) {
    for (const Value& item : compiled.as_list()) collect(item, found);
  } else if (compiled.is_map()) {
    for (const auto& [key, member] : compiled.entries()) {
      if (member.is_string() && key == Value("$ref")) {
        const std::string_view reference = member.as_string();
        if (!reference.starts_with(kDefinitionPrefix)) continue;
        const auto known = by_name_.find(std::string(reference.substr(kDefinitionPrefix.size())));
        if (known != by_name_.end()) found.push_back(known->second);
      } else {
        collect(member, found);
      }
    }
  }
}

Result<Value> SchemaCompiler::with_definitions(Value compiled) {
  std::vector<Definition*> open;
  collect(compiled, open);
  if (open.empty()) return compiled;
  std::unordered_set<Definition*> seen(open.begin(), open.end());
  std::vector<Definition*> reached(seen.begin(), seen.end());
  for (std::size_t at = 0; at < reached.size(); ++at) {
    Definition& definition = *reached[at];
    if (const Result<Value>& schema = converted(definition); !schema) return schema;
    for (Definition* used : definition.uses) {
      if (seen.insert(used).second) reached.push_back(used);
    }
  }
  std::ranges::sort(reached, {}, [](const Definition* definition) {
    return std::string_view(definition->name);
  });
  std::vector<Value::Entry> definitions;
  definitions.reserve(reached.size());
  for (const Definition* definition : reached)
    definitions.push_back({definition->name, **definition->schema});
  return compiled.with("$defs", Value::map(std::move(definitions)));
}

bool SchemaCompiler::is_hidden(const Value& property, Carrier carrier) {
  const std::string_view flag = carrier == Carrier::response ? "writeOnly" : "readOnly";
  const auto is_set = [flag](const Value& schema) {
    return schema[flag].is_bool() && schema[flag].as_bool();
  };
  if (is_set(property)) return true;
  if (property.find("$ref") != nullptr) {
    const auto target = document_.follow(property);
    return target && is_set(**target);
  }
  // How 3.0 gives a reference properties of its own: {"readOnly": true} beside it in an allOf.
  const Value& parts = property["allOf"];
  return parts.is_list() && std::ranges::any_of(parts.as_list(), is_set);
}

Result<Value> SchemaCompiler::convert(const Value& schema, const Scope& scope) {
  return Conversion(*this, scope).run(schema);
}

}  // namespace parley::wire::openapi
