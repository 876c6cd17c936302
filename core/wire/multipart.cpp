#include "wire/multipart.hpp"

#include "base/sha256.hpp"

namespace parley::wire {
namespace {

// What would end the header or the quotes travels as browsers send it.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') {
      out += "%22";
    } else if (c == '\r') {
      out += "%0D";
    } else if (c == '\n') {
      out += "%0A";
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string boundary_for(const std::vector<Part>& parts) {
  Sha256 hash;
  for (const Part& part : parts) hash.update(part.name).update("\n").update(part.content).update("\n");
  constexpr std::size_t kDigits = 24;
  std::string boundary = "parley-" + hex_encode(hash.finish()).substr(0, kDigits);
  const auto occurs = [&] {
    for (const Part& part : parts) {
      if (part.content.contains(boundary)) return true;
    }
    return false;
  };
  while (occurs()) boundary = "parley-" + sha256_hex(boundary).substr(0, kDigits);
  return boundary;
}

}  // namespace

Multipart write_multipart(const std::vector<Part>& parts) {
  Multipart out;
  out.boundary = boundary_for(parts);
  for (const Part& part : parts) {
    out.body += "--" + out.boundary + "\r\nContent-Disposition: form-data; name=" + quoted(part.name);
    if (!part.file_name.empty()) out.body += "; filename=" + quoted(part.file_name);
    out.body += "\r\n";
    if (!part.media_type.empty()) out.body += "Content-Type: " + part.media_type + "\r\n";
    out.body += "\r\n" + part.content + "\r\n";
  }
  out.body += "--" + out.boundary + "--\r\n";
  return out;
}

}  // namespace parley::wire
