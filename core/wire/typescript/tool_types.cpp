#include "wire/typescript/tool_types.hpp"

#include "base/json.hpp"
#include "wire/kept.hpp"
#include "wire/typescript/schema_types.hpp"

namespace parley::wire {

std::string tool_types(std::span<const Tool* const> tools) {
  SchemaTypes types;
  (void)types.fresh_name("Tools");
  std::string table = "/** Every tool by its id. */\nexport interface Tools {\n";
  for (const Tool* tool : tools) {
    const std::string arguments = types.fresh_name(tool->id + ".arguments");
    const std::string result = types.fresh_name(tool->id + ".result");
    types.declare(arguments, tool->parameters, "Arguments of " + tool->id + ": " + tool->description);
    types.declare(result, kept_schema(tool->result_schema, tool->fields), "Result of " + tool->id + ".");
    table += "  ";
    append_json_string(table, tool->id);
    table += ": { arguments: " + arguments + "; result: " + result + " };\n";
  }
  return "// Made by parley tool types.\n\n" + types.text() + table + "}\n";
}

}  // namespace parley::wire
