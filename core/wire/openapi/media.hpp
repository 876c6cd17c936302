// Media types of bodies: which of several is spoken, and as what. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/value.hpp"
#include "wire/openapi/document.hpp"
#include "wire/tool.hpp"

namespace parley::wire::openapi {

struct MediaChoice {
  BodyKind kind = BodyKind::none;  // none: there is no content
  std::string media_type;          // as it is sent: never a wildcard
  const Value* media = nullptr;    // {schema, encoding, example…}
};

// JSON before forms, forms before multipart (unless there are files), text and bytes last.
[[nodiscard]] MediaChoice choose_media(Document& document, const Value& content);

// JSON, whatever it is called.
[[nodiscard]] bool is_json(std::string_view media_type);

}  // namespace parley::wire::openapi
