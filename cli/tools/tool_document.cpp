#include "cli/tools/tool_document.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <utility>
#include <vector>

#include "assistant/yaml.hpp"
#include "base/json.hpp"
#include "flow/document.hpp"
#include "wire/description.hpp"
#include "wire/overlay/overlay.hpp"

namespace parley::cli {
namespace {

// Some published descriptions are larger than any flow will ever be.
constexpr std::size_t kMaxBytes = 256U << 20;
constexpr std::size_t kMaxMembers = 20'000'000;
constexpr std::size_t kMaxDepth = 256;

std::unexpected<Error> not_read(const std::string& file, bool folder) {
  if (file.starts_with("https://") || file.starts_with("http://")) {
    return fail(
        ErrorCode::invalid_input,
        "'" + file + "' is an address, not a file",
        {},
        "download it first, or add it to an assistant: parley tool add openapi " + file
    );
  }
  if (folder) return fail(ErrorCode::invalid_input, "'" + file + "' is a folder", {}, "name the file in it");
  return fail(
      ErrorCode::not_found, "the file '" + file + "' cannot be read", {}, "check its name and who may read it"
  );
}

Result<std::string> read_file(const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat facts{};
  if (descriptor < 0 || ::fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    if (descriptor >= 0) ::close(descriptor);
    return not_read(file, descriptor >= 0 && S_ISDIR(facts.st_mode));
  }
  if (static_cast<std::size_t>(facts.st_size) > kMaxBytes) {
    ::close(descriptor);
    return fail(ErrorCode::too_large, "the file '" + file + "' has more than 256 MB");
  }
  std::string text(static_cast<std::size_t>(facts.st_size), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t got = ::read(descriptor, text.data() + done, text.size() - done);
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  ::close(descriptor);
  text.resize(done);
  return text;
}

}  // namespace

Result<Value> read_description(const std::string& file) {
  const auto text = read_file(file);
  if (!text) return std::unexpected(text.error());
  return parse_description(*text, file);
}

Result<Value> parse_description(std::string_view content, const std::string& file) {
  if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
  const std::size_t begin = content.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return fail(ErrorCode::invalid_input, file + " is empty");
  if (content[begin] == '<') {
    return fail(
        ErrorCode::invalid_input,
        file + " is a web page or XML, not a description",
        {},
        "name the document itself, in JSON or YAML; a page that shows it links to it"
    );
  }
  const bool looks_like_json = content[begin] == '{' || content[begin] == '[';
  if (file.ends_with(".graphql") || file.ends_with(".graphqls") || file.ends_with(".gql"))
    return Value(content);
  Error json_problem;
  if (looks_like_json || file.ends_with(".json")) {
    auto value = parse_json(
        content, {.max_depth = kMaxDepth, .max_members = kMaxMembers, .reject_duplicate_keys = false}
    );
    if (value) return value;
    json_problem = {
        ErrorCode::invalid_input,
        file + ":" + value.error().pointer + ": " + value.error().message,
        {},
        value.error().hint
    };
    // YAML may begin with a brace too.
    if (file.ends_with(".json")) return std::unexpected(std::move(json_problem));
  }
  flow::Diagnostics diagnostics;
  const auto node = assistant::read_yaml(
      content, file, diagnostics, {.max_bytes = kMaxBytes, .max_nodes = kMaxMembers, .max_depth = kMaxDepth}
  );
  if (node) return flow::to_value(*node);
  if (diagnostics.empty()) return fail(ErrorCode::invalid_input, file + " is neither JSON nor YAML");
  const flow::Diagnostic& first = diagnostics.front();
  return fail(
      ErrorCode::invalid_input,
      file + ":" + std::to_string(first.position.line) + ":" + std::to_string(first.position.column) + ": " +
          first.message,
      {},
      first.help
  );
}

Result<wire::openapi::Bundle> with_its_files(const Value& document, const std::string& file) {
  const std::filesystem::path place(file);
  return wire::openapi::bundle(document, place.filename().string(), [&](const std::string& path) {
    return read_description((place.parent_path() / path).string());
  });
}

Result<wire::Connector> compile_document(const Arguments& arguments) {
  auto document = read_description(arguments.text("DOC"));
  if (!document) return std::unexpected(document.error());
  auto whole = with_its_files(*document, arguments.text("DOC"));
  if (!whole) return std::unexpected(std::move(whole.error()));
  *document = std::move(whole->document);
  std::vector<std::string> warnings;
  for (const std::string& file : arguments.list("--overlay")) {
    const auto overlay = read_description(file);
    if (!overlay) return std::unexpected(overlay.error());
    auto overlaid = wire::apply_overlay(*document, *overlay);
    if (!overlaid) {
      Error error = std::move(overlaid.error());
      error.message = file + ": " + error.message;
      return std::unexpected(std::move(error));
    }
    *document = std::move(overlaid->document);
    for (const std::string& warning : overlaid->warnings) warnings.push_back(file + ": " + warning);
  }
  const wire::CompileOptions options{.prefix = arguments.text("--prefix"), .with_results = false};
  auto connector = wire::compile_description(*document, options);
  if (connector) connector->warnings.insert(connector->warnings.begin(), warnings.begin(), warnings.end());
  return connector;
}

}  // namespace parley::cli
