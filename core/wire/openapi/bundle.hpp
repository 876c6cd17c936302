// A description that is spread over several files as one document. Pure: who calls reads the files.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/result.hpp"
#include "base/value.hpp"

namespace parley::wire::openapi {

struct Bundle {
  Value document;
  std::size_t files = 0;  // beside the document itself
};

// Gives the file of a path such as "schemas/pet.yaml", from the folder of the document.
using ReadFile = std::function<Result<Value>(const std::string& path)>;

// Copies every file that a $ref names, and those that these name, to where `x-parley-files` of the document
// keeps them, and lets the references name them there. Addresses, and paths that lead out of the document's
// folder, stay as they are. `name` is the document's own file, which the others may refer back to. Fails when
// a file cannot be read, and for more than kFilesMax of them.
inline constexpr std::size_t kFilesMax = 1000;
[[nodiscard]] Result<Bundle> bundle(const Value& document, const std::string& name, const ReadFile& read);

}  // namespace parley::wire::openapi
