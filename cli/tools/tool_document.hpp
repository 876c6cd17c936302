// Descriptions of services as the tool commands read them: JSON or YAML, from a file. Main thread only.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/value.hpp"
#include "cli/command.hpp"
#include "wire/openapi/bundle.hpp"
#include "wire/tool.hpp"

namespace parley::cli {

// JSON, or YAML, by what the text begins with. Error::pointer is "file:line:column".
[[nodiscard]] Result<Value> read_description(const std::string& file);
// The same of a text; `file` is what it is called, for its ending and for messages.
[[nodiscard]] Result<Value> parse_description(std::string_view content, const std::string& file);

// A description of `file` that is spread over several files, as one; any other as it is.
[[nodiscard]] Result<wire::openapi::Bundle> with_its_files(const Value& document, const std::string& file);

// The document of `DOC` compiled with the overlays and the prefix that the arguments give.
[[nodiscard]] Result<wire::Connector> compile_document(const Arguments& arguments);

}  // namespace parley::cli
