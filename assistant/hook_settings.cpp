#include "assistant/hook_settings.hpp"

#include <algorithm>
#include <utility>

#include "assistant/member_reader.hpp"
#include "expr/expression.hpp"
#include "expr/template.hpp"
#include "flow/load.hpp"
#include "wire/webhook/signature.hpp"

namespace parley::assistant {
namespace {

using flow::Node;

bool read(const Node& node, std::string& out) {
  if (!node.is_scalar() || node.text.empty()) return false;
  out = node.text;
  return true;
}

bool read_scheme(const Node& node, std::string& out) {
  return read(node, out) && wire::find_signature_scheme(out) != nullptr;
}

// The name becomes part of an environment variable's.
bool read_secret(const Node& node, std::string& out) {
  return read(node, out) && std::ranges::all_of(out, [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
         });
}

bool read_header(const Node& node, std::string& out) {
  if (!read(node, out)) return false;
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return std::ranges::all_of(out, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool read_data(const Node& node, Value& out) {
  out = flow::to_value(node);
  return out.is_map();
}

// It stands in an address.
bool is_hook_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

constexpr SettingRow<HookSettings> kRows[] = {
    {"scheme",
     "one of generic, github, jira, slack, standard, stripe",
     [](const Node& n, HookSettings& h) { return read_scheme(n, h.scheme); }},
    {"secret",
     "the name of a secret in capitals, such as DESK_HOOK; its value comes from PARLEY_SECRET_DESK_HOOK",
     [](const Node& n, HookSettings& h) { return read_secret(n, h.secret); }},
    {"event",
     "the name of an event, such as ticket.closed, or a text such as \"desk.{{ body.type }}\"",
     [](const Node& n, HookSettings& h) { return read(n, h.event); }},
    {"user",
     "a text such as \"{{ body.requester.id }}\"",
     [](const Node& n, HookSettings& h) { return read(n, h.user); }},
    {"only",
     "an expression such as body.ticket.status == 'closed'",
     [](const Node& n, HookSettings& h) { return read(n, h.only); }},
    {"data",
     "a map such as {id: \"{{ body.ticket.id }}\"}",
     [](const Node& n, HookSettings& h) { return read_data(n, h.data); }},
    {"signature_header",
     "the name of a header",
     [](const Node& n, HookSettings& h) { return read_header(n, h.signature_header); }},
    {"timestamp_header",
     "the name of a header",
     [](const Node& n, HookSettings& h) { return read_header(n, h.timestamp_header); }},
    {"id_header",
     "the name of a header",
     [](const Node& n, HookSettings& h) { return read_header(n, h.id_header); }},
};

class Reader : private MemberReader {
 public:
  using MemberReader::MemberReader;

  HookTable read_all(const Node& node) {
    HookTable table;
    if (!map_expected(node, "hooks", "a map of the names of hooks")) return table;
    for (const Node::Member& member : node.members) {
      const std::string name = "hooks." + member.key;
      HookSettings settings;
      settings.place = member.key_position;
      if (!is_hook_name(member.key)) {
        wrong(
            member.key_position,
            name,
            "called with small letters, digits, '-' and '_', as it stands in an address"
        );
      }
      if (map_expected(member.value, name, "a map such as {scheme: github, secret: GITHUB_HOOK}"))
        read_hook(member, name, settings);
      table.insert_or_assign(member.key, std::move(settings));
    }
    return table;
  }

 private:
  void read_hook(const Node::Member& member, const std::string& name, HookSettings& settings) {
    read_members<HookSettings>(member.value, name, kRows, settings);
    if (member.value.find("secret") == nullptr) {
      error(
          "F0602",
          member.key_position,
          "'" + name + "' has no 'secret'",
          "name one, such as secret: DESK_HOOK"
      );
    }
    const bool own_headers = !settings.signature_header.empty() || !settings.timestamp_header.empty() ||
                             !settings.id_header.empty();
    if (own_headers && settings.scheme != "generic") {
      error(
          "F0602",
          member.key_position,
          "'" + name + "' changes the headers of the scheme " + settings.scheme,
          "only the scheme generic takes signature_header, timestamp_header and id_header"
      );
    }
    check_texts(member.value, name, settings);
  }

  void check_texts(const Node& node, const std::string& name, const HookSettings& settings) {
    if (const Node* only = node.find("only"); only != nullptr && !settings.only.empty()) {
      if (const auto compiled = expr::Expression::compile(settings.only); !compiled)
        cannot_be_read(only->position, name + ".only", compiled.error());
    }
    if (const Node* data = node.find("data")) check_data(*data, name + ".data");
    for (const char* key : {"event", "user"}) {
      if (const Node* text = node.find(key)) check_data(*text, name + "." + key);
    }
  }

  void check_data(const Node& node, const std::string& name) {
    if (node.is_scalar()) {
      if (const auto compiled = expr::Template::compile(node.text); !compiled)
        cannot_be_read(node.position, name, compiled.error());
      return;
    }
    for (const Node& item : node.items) check_data(item, name);
    for (const Node::Member& member : node.members) check_data(member.value, name + "." + member.key);
  }

  void cannot_be_read(flow::Position position, const std::string& name, const expr::SyntaxProblem& problem) {
    error("F0951", position, "'" + name + "' cannot be read: " + problem.message, problem.hint);
  }
};

}  // namespace

HookTable read_hook_settings(const Node& node, std::string_view file, flow::Diagnostics& diagnostics) {
  return Reader(file, diagnostics).read_all(node);
}

}  // namespace parley::assistant
