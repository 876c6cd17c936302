#include "wire/description.hpp"

#include "wire/openapi/compile.hpp"

namespace parley::wire {

Result<Connector> compile_description(const Value& document, const CompileOptions& options) {
  return openapi::compile(document, options);
}

}  // namespace parley::wire
