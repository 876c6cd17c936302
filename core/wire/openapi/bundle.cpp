#include "wire/openapi/bundle.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_pointer.hpp"

namespace parley::wire::openapi {
namespace {

constexpr std::string_view kFiles = "x-parley-files";
constexpr int kMaxDepth = 256;

bool is_description(std::string_view path) {
  return path.ends_with(".json") || path.ends_with(".yaml") || path.ends_with(".yml");
}

// "paths/../schemas/./pet.yaml" → "schemas/pet.yaml"; nothing when it leads out of the folder.
std::optional<std::string> normal(std::string_view path) {
  if (path.starts_with('/') || path.contains('\\') || path.contains("://")) return std::nullopt;
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(part.size() + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.empty()) {
      return std::nullopt;
    } else {
      parts.pop_back();
    }
  }
  std::string out;
  for (const std::string_view part : parts) out.append(out.empty() ? "" : "/").append(part);
  return out;
}

// Most documents stand alone, and some are large.
bool refers_to_files(const Value& value, int depth) {
  if (depth > kMaxDepth) return false;
  if (value.is_list()) {
    return std::ranges::any_of(value.as_list(), [&](const Value& item) {
      return refers_to_files(item, depth + 1);
    });
  }
  return value.is_map() && std::ranges::any_of(value.entries(), [&](const Value::Entry& entry) {
           if (entry.value.is_string())
             return entry.key == Value("$ref") && !entry.value.as_string().starts_with('#');
           return refers_to_files(entry.value, depth + 1);
         });
}

class Bundler {
 public:
  Bundler(const std::string& name, const ReadFile& read) : name_(name), read_(read) {}

  Result<Bundle> run(const Value& document) {
    Value whole = moved(document, {}, 0);
    if (open_.empty()) return Bundle{document};
    MapBuilder files;
    for (std::size_t at = 0; at < open_.size(); ++at) {
      if (open_.size() > kFilesMax)
        return fail(ErrorCode::too_large, "the description is spread over more than 1,000 files");
      const std::string path = open_[at];
      const auto content = read_(path);
      if (!content) return std::unexpected(content.error());
      files.set(path, moved(*content, path, 0));
    }
    return Bundle{whole.with(kFiles, files.build()), open_.size()};
  }

 private:
  // What stands in the file `at` (empty: the document), with its references as the whole has them.
  Value moved(const Value& value, const std::string& at, int depth) {
    if (depth > kMaxDepth) return value;
    if (value.is_list()) {
      std::vector<Value> items;
      items.reserve(value.size());
      for (const Value& item : value.as_list()) items.push_back(moved(item, at, depth + 1));
      return Value::list(std::move(items));
    }
    if (!value.is_map()) return value;
    std::vector<Value::Entry> entries;
    entries.reserve(value.size());
    for (const auto& [key, member] : value.entries()) {
      const bool refers = member.is_string() && key == Value("$ref");
      entries.push_back(
          {key, refers ? Value(reference(member.as_string(), at)) : moved(member, at, depth + 1)}
      );
    }
    return Value::map(std::move(entries));
  }

  std::string reference(std::string_view written, const std::string& at) {
    const std::size_t hash = std::min(written.find('#'), written.size());
    const std::string_view file = written.substr(0, hash);
    const std::string_view fragment = written.substr(std::min(hash + 1, written.size()));
    std::string path = at;
    if (!file.empty()) {
      const std::size_t folder = at.rfind('/');
      const std::string base = folder == std::string::npos ? std::string() : at.substr(0, folder + 1);
      const auto target = normal(base + std::string(file));
      if (!target || !is_description(*target)) return std::string(written);
      path = *target == name_ ? std::string() : *target;
      if (!path.empty() && known_.insert(path).second) open_.push_back(path);
    }
    // An anchor is found wherever it stands.
    if (path.empty() || (!fragment.empty() && !fragment.starts_with('/'))) return "#" + std::string(fragment);
    return "#/" + std::string(kFiles) + "/" + escape_pointer_token(path) + std::string(fragment);
  }

  const std::string& name_;
  const ReadFile& read_;
  std::set<std::string> known_;
  std::vector<std::string> open_;
};

}  // namespace

Result<Bundle> bundle(const Value& document, const std::string& name, const ReadFile& read) {
  if (!refers_to_files(document, 0)) return Bundle{document};
  return Bundler(name, read).run(document);
}

}  // namespace parley::wire::openapi
