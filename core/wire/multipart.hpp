// multipart/form-data bodies (RFC 7578). Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace parley::wire {

struct Part {
  std::string name;
  std::string file_name;   // empty: not a file
  std::string media_type;  // empty: not said
  std::string content;
};

struct Multipart {
  std::string body;
  std::string boundary;
};

// The boundary is made from the contents, so equal parts give equal bytes.
[[nodiscard]] Multipart write_multipart(const std::vector<Part>& parts);

}  // namespace parley::wire
