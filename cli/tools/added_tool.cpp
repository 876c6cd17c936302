#include "cli/tools/added_tool.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "cli/terminal.hpp"

namespace parley::cli {
namespace {

namespace fs = std::filesystem;

// The first way to authenticate of each tool.
std::vector<std::string> schemes_of(const wire::Connector& connector) {
  std::vector<std::string> schemes;
  for (const wire::Tool& tool : connector.tools) {
    if (tool.security.empty() || tool.security.front().empty()) continue;
    const std::string& scheme = tool.security.front().front().scheme;
    if (std::ranges::find(schemes, scheme) == schemes.end()) schemes.push_back(scheme);
  }
  return schemes;
}

// Who has an account there writes his name beside the secret.
std::string_view account_of(const Value& scheme) {
  if (scheme.text("type") == "basic" || ascii_lower(scheme.text("scheme")) == "basic") return "user: …, ";
  const bool client = scheme["flows"]["clientCredentials"].is_map() || scheme.text("flow") == "application";
  return client ? "user: <id of the client>, " : "";
}

// What the settings must say because the description does not: a service that everybody has at an own address
// is described with a place that does not exist, or with a part left open. An address without a host is that
// of the document.
std::string address_needed(const wire::Connector& connector, std::string_view source) {
  const std::string server = connector.tools.empty() ? std::string() : connector.tools.front().server;
  const bool absolute = server.starts_with("https://") || server.starts_with("http://");
  if (absolute && !server.contains("://your-") && !server.contains('{')) return {};
  const std::size_t host = source.starts_with("https://") ? 8 : source.starts_with("http://") ? 7 : 0;
  const bool graphql =
      !connector.tools.empty() && connector.tools.front().body.kind == wire::BodyKind::graphql;
  if (absolute || host == 0 || graphql || (!server.empty() && !server.starts_with('/'))) return "https://…";
  return std::string(source.substr(0, source.find('/', host))) + server;
}

}  // namespace

std::size_t harmless_by_their_own_word(const wire::Connector& connector) {
  constexpr std::array<std::string_view, 4> kReading{"GET", "HEAD", "OPTIONS", "QUERY"};
  return static_cast<std::size_t>(std::ranges::count_if(connector.tools, [&](const wire::Tool& tool) {
    const bool graphql = tool.body.kind == wire::BodyKind::graphql && tool.body.document.starts_with("query");
    const bool by_method = std::ranges::find(kReading, tool.method) != kReading.end() || graphql;
    return tool.effect != "unsafe" && !(by_method && tool.effect == "read");
  }));
}

std::string ending_for(const Value& document, std::string_view text) {
  if (document.is_string()) return ".graphql";
  const std::size_t begin = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return begin != std::string_view::npos && text[begin] == '{' ? ".json" : ".yaml";
}

Result<void> write_new(const fs::path& file, std::string_view text, bool replace) {
  std::error_code problem;
  for (const char* ending : {".json", ".yaml", ".yml", ".graphql", ".graphqls"}) {
    const fs::path other = fs::path(file).replace_extension(ending);
    if (!fs::exists(other, problem)) continue;
    if (!replace) {
      return fail(
          ErrorCode::conflict,
          other.string() + " is there already",
          {},
          "--replace puts the new one in its place"
      );
    }
    fs::remove(other, problem);
  }
  return write_text(file, text);
}

Result<void> write_text(const fs::path& file, std::string_view text) {
  std::error_code problem;
  fs::create_directories(file.parent_path(), problem);
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (out.fail())
    return fail(ErrorCode::unavailable, file.string() + " cannot be written", {}, "check the folder");
  return {};
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (!word.empty()) words.emplace_back(word);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return words;
}

void say_what_is_next(
    const wire::Connector& connector,
    const std::string& name,
    std::string_view command,
    std::string_view source,
    bool people_sign_in
) {
  const std::vector<std::string> schemes = schemes_of(connector);
  std::string text = "to call it, write into parley.yaml:\n\n  tools:\n    connectors:\n      " + name +
                     ":\n        mode: live\n";
  if (!command.empty()) {
    std::string words;
    for (const std::string& word : words_of(command)) {
      words += words.empty() ? "" : ", ";
      append_json_string(words, word);
    }
    text += "        command: [" + words + "]\n";
  } else if (const std::string address = address_needed(connector, source); !address.empty()) {
    text += "        server: " + address + "\n";
  }
  std::string secret = name + "_KEY";
  for (char& c : secret) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  if (!schemes.empty()) {
    text += "        credentials:\n";
    for (const std::string& scheme : schemes) {
      const std::string_view account = account_of(connector.security_schemes[scheme]);
      text += "          " + scheme + ": {" + std::string(account) + "secret: " + secret + "}\n";
    }
    text += "\nand set PARLEY_SECRET_" + secret + " in the server's environment\n";
  }
  if (people_sign_in) {
    text +=
        "        credentials:\n          people: {kind: discover}\n\n"
        "and users sign in when they need it; owner: team is for one permission for everybody\n";
  }
  note(text);
}

}  // namespace parley::cli
