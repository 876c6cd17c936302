#include "assistant/connector_settings.hpp"

#include <algorithm>
#include <array>

#include "assistant/member_reader.hpp"

namespace parley::assistant {
namespace {

using flow::Node;

bool read(const Node& node, std::string& out) {
  if (!node.is_scalar() || node.text.empty()) return false;
  out = node.text;
  return true;
}

bool read(const Node& node, std::vector<std::string>& out) {
  if (!node.is_list()) return false;
  for (const Node& item : node.items) {
    if (!item.is_scalar() || item.text.empty()) return false;
    out.push_back(item.text);
  }
  return true;
}

bool read_bytes(const Node& node, std::uint32_t& out) {
  const Value value = flow::to_value(node);
  if (!value.is_int() || value.as_int() < 1024 || value.as_int() > (64 << 20)) return false;
  out = static_cast<std::uint32_t>(value.as_int());
  return true;
}

bool read_url(const Node& node, std::string& out) {
  if (!node.is_scalar() || !(node.text.starts_with("https://") || node.text.starts_with("http://")))
    return false;
  out = node.text;
  while (out.ends_with('/')) out.pop_back();
  return true;
}

constexpr auto kKinds = std::to_array<std::string_view>(
    {"bearer", "basic", "header", "query", "cookie", "client_credentials", "authorization_code", "discover"}
);

bool read_owner(const Node& node, std::string& out) {
  return read(node, out) && (out == "user" || out == "team");
}

bool read_flag(const Node& node, bool& out) {
  const Value value = flow::to_value(node);
  if (!value.is_bool()) return false;
  out = value.as_bool();
  return true;
}

bool read_kind(const Node& node, std::string& out) {
  return read(node, out) && std::ranges::find(kKinds, std::string_view(out)) != kKinds.end();
}

// The name becomes part of an environment variable's.
bool read_secret(const Node& node, std::string& out) {
  return read(node, out) && std::ranges::all_of(out, [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
         });
}

bool read_mode(const Node& node, std::optional<ToolMode>& out) {
  if (!node.is_scalar() || (node.text != "test" && node.text != "live")) return false;
  out = node.text == "test" ? ToolMode::test : ToolMode::live;
  return true;
}

bool read_headers(const Node& node, std::vector<std::pair<std::string, std::string>>& out) {
  if (!node.is_map()) return false;
  for (const Node::Member& member : node.members) {
    if (!member.value.is_scalar()) return false;
    out.emplace_back(member.key, member.value.text);
  }
  return true;
}

constexpr SettingRow<CredentialSetting> kCredentialRows[] = {
    {"kind",
     "one of bearer, basic, header, query, cookie, client_credentials, authorization_code, discover",
     [](const Node& n, CredentialSetting& c) { return read_kind(n, c.kind); }},
    {"secret",
     "the name of a secret in capitals, such as STRIPE_KEY; its value comes from PARLEY_SECRET_STRIPE_KEY",
     [](const Node& n, CredentialSetting& c) { return read_secret(n, c.secret); }},
    {"user",
     "a user name, or the id of a client",
     [](const Node& n, CredentialSetting& c) { return read(n, c.user); }},
    {"name",
     "the name of a header, query parameter or cookie",
     [](const Node& n, CredentialSetting& c) { return read(n, c.name); }},
    {"token_url",
     "a URL that begins with https:// or http://",
     [](const Node& n, CredentialSetting& c) { return read_url(n, c.token_url); }},
    {"authorization_url",
     "a URL that begins with https:// or http://",
     [](const Node& n, CredentialSetting& c) { return read_url(n, c.authorization_url); }},
    {"revocation_url",
     "a URL that begins with https:// or http://",
     [](const Node& n, CredentialSetting& c) { return read_url(n, c.revocation_url); }},
    {"device_url",
     "a URL that begins with https:// or http://",
     [](const Node& n, CredentialSetting& c) { return read_url(n, c.device_url); }},
    {"at_device",
     "true, when people in chats sign in at another device, or false",
     [](const Node& n, CredentialSetting& c) { return read_flag(n, c.at_device); }},
    {"owner",
     "user, when each signs in for himself, or team",
     [](const Node& n, CredentialSetting& c) { return read_owner(n, c.owner); }},
    {"scopes", "a list of words", [](const Node& n, CredentialSetting& c) { return read(n, c.scopes); }},
};

class Reader : private MemberReader {
 public:
  using MemberReader::MemberReader;

  ConnectorTable read_all(const Node& node) {
    ConnectorTable table;
    if (!map_expected(node, "tools.connectors", "a map of the names of connectors")) return table;
    for (const Node::Member& member : node.members) {
      ConnectorSettings settings;
      settings.place = member.key_position;
      const std::string name = "tools.connectors." + member.key;
      if (map_expected(member.value, name, "a map of settings")) read_connector(member.value, name, settings);
      table.insert_or_assign(member.key, std::move(settings));
    }
    return table;
  }

 private:
  void read_connector(const Node& node, const std::string& name, ConnectorSettings& settings) {
    static constexpr SettingRow<ConnectorSettings> kRows[] = {
        {"mode", "test or live", [](const Node& n, ConnectorSettings& s) { return read_mode(n, s.mode); }},
        {"server",
         "a URL that begins with https:// or http://",
         [](const Node& n, ConnectorSettings& s) { return read_url(n, s.server); }},
        {"headers",
         "a map of header names to values",
         [](const Node& n, ConnectorSettings& s) { return read_headers(n, s.headers); }},
        {"command",
         "a list of a program and its arguments",
         [](const Node& n, ConnectorSettings& s) { return read(n, s.command) && !s.command.empty(); }},
        {"environment",
         "a map of variables to names of secrets",
         [](const Node& n, ConnectorSettings& s) { return read_headers(n, s.environment); }},
        {"idempotency_header",
         "the name of a header",
         [](const Node& n, ConnectorSettings& s) { return read(n, s.idempotency_header); }},
        {"trust_annotations",
         "true, when an MCP server is believed which of its tools only read, or false",
         [](const Node& n, ConnectorSettings& s) { return read_flag(n, s.trust_annotations.emplace()); }},
        {"answer_bytes",
         "a whole number from 1024 to 67108864",
         [](const Node& n, ConnectorSettings& s) { return read_bytes(n, s.answer_bytes); }},
        {"kept_bytes",
         "a whole number from 1024 to 67108864",
         [](const Node& n, ConnectorSettings& s) { return read_bytes(n, s.kept_bytes); }},
        {"credentials", "a map of security schemes", nullptr},
    };
    read_members<ConnectorSettings>(node, name, kRows, settings);
    const Node* credentials = node.find("credentials");
    if (credentials == nullptr ||
        !map_expected(*credentials, name + ".credentials", "a map of security schemes"))
      return;
    for (const Node::Member& member : credentials->members) {
      CredentialSetting credential{.scheme = member.key};
      const std::string path = name + ".credentials." + member.key;
      if (!map_expected(member.value, path, "a map such as {secret: STRIPE_KEY}")) continue;
      read_members<CredentialSetting>(member.value, path, kCredentialRows, credential);
      // A client that has no secret shows by PKCE that it is the one that asked.
      const bool signs_in = credential.kind == "authorization_code" || credential.kind == "discover";
      if (member.value.find("secret") == nullptr && !signs_in) {
        error(
            "F0602",
            member.key_position,
            "'" + path + "' has no 'secret'",
            "name one, such as secret: STRIPE_KEY"
        );
      }
      settings.credentials.push_back(std::move(credential));
    }
  }
};

}  // namespace

ConnectorTable read_connector_settings(
    const Node& node, std::string_view file, flow::Diagnostics& diagnostics
) {
  return Reader(file, diagnostics).read_all(node);
}

}  // namespace parley::assistant
