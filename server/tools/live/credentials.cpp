#include "server/tools/live/credentials.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/encoding.hpp"
#include "base/utf8.hpp"

namespace parley::tools {
namespace {

std::optional<CredentialKind> kind_named(std::string_view name) {
  constexpr std::pair<std::string_view, CredentialKind> kKinds[] = {
      {"bearer", CredentialKind::bearer},
      {"basic", CredentialKind::basic},
      {"header", CredentialKind::header},
      {"query", CredentialKind::query},
      {"cookie", CredentialKind::cookie},
      {"client_credentials", CredentialKind::client_credentials},
      {"authorization_code", CredentialKind::authorization_code},
      {"discover", CredentialKind::discover},
  };
  for (const auto& [known, kind] : kKinds) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

// The client credentials flow of an OAuth scheme: OpenAPI's, or Swagger's "application".
const Value& client_flow(const Value& scheme) {
  if (scheme.text("flow") == "application") return scheme;
  return scheme["flows"]["clientCredentials"];
}

// The flow in which people sign in: OpenAPI's, or Swagger's "accessCode".
const Value& code_flow(const Value& scheme) {
  if (scheme.text("flow") == "accessCode") return scheme;
  return scheme["flows"]["authorizationCode"];
}

std::optional<CredentialKind> described_kind(const Value& scheme, const CredentialChoice& choice) {
  const std::string_view type = scheme.text("type");
  if (type == "apiKey") return kind_named(scheme.text("in"));
  if (type == "basic") return CredentialKind::basic;
  if (type == "http") return kind_named(ascii_lower(scheme.text("scheme")));
  // Without the id of a client, the secret is a token that somebody was given.
  if (type == "oauth2" && !choice.user.empty() && client_flow(scheme).is_map())
    return CredentialKind::client_credentials;
  if (type == "oauth2" && !choice.user.empty() && code_flow(scheme).is_map())
    return CredentialKind::authorization_code;
  if (type == "oauth2" || type == "openIdConnect") return CredentialKind::bearer;
  return std::nullopt;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (kUnreserved.contains(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', "0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]};
    }
  }
  return out;
}

void set_header(net::Headers& headers, std::string_view name, std::string value) {
  for (auto& [known, text] : headers) {
    if (ascii_lower(known) != ascii_lower(name)) continue;
    text = std::move(value);
    return;
  }
  headers.emplace_back(name, std::move(value));
}

Result<void> check_complete(const Credential& credential) {
  const auto lacks = [&](std::string_view what) {
    return fail(
        ErrorCode::invalid_input,
        "the credential '" + credential.scheme + "' needs a " + std::string(what),
        {},
        "write it beside its secret"
    );
  };
  const bool named = credential.kind == CredentialKind::header || credential.kind == CredentialKind::query ||
                     credential.kind == CredentialKind::cookie;
  if (named && credential.name.empty()) return lacks("'name'");
  if (credential.kind == CredentialKind::discover) return {};
  if (uses_tokens(credential)) {
    if (credential.token_url.empty()) return lacks("'token_url'");
    if (credential.user.empty()) return lacks("'user', the id of the client");
  }
  if (credential.kind == CredentialKind::authorization_code && credential.authorization_url.empty() &&
      credential.device_url.empty())
    return lacks("'authorization_url'");
  return {};
}

// What the settings leave open of an OAuth client stands in the description.
void add_described_flow(Credential& credential, const Value& scheme) {
  if (credential.kind == CredentialKind::discover) return;
  const bool code = credential.kind == CredentialKind::authorization_code;
  const Value& flow = code ? code_flow(scheme) : client_flow(scheme);
  if (credential.token_url.empty()) credential.token_url = flow.text("tokenUrl");
  if (!code) return;
  if (credential.authorization_url.empty()) credential.authorization_url = flow.text("authorizationUrl");
  if (!credential.scopes.empty() || !flow["scopes"].is_map()) return;
  for (const auto& entry : flow["scopes"].entries()) credential.scopes.emplace_back(entry.key.as_string());
}

}  // namespace

bool is_signed_in_for(const Credential& credential) {
  return credential.kind == CredentialKind::authorization_code || credential.kind == CredentialKind::discover;
}

bool uses_tokens(const Credential& credential) {
  return credential.kind == CredentialKind::client_credentials || is_signed_in_for(credential);
}

Result<Credential> make_credential(
    const CredentialChoice& choice, const Value& schemes, const FindSecret& find_secret
) {
  const Value& scheme = schemes.is_map() ? schemes[choice.scheme] : Value::map();
  Credential credential{.scheme = choice.scheme, .described = scheme.is_map() && scheme.size() > 0};
  const auto kind = choice.kind.empty() ? described_kind(scheme, choice) : kind_named(choice.kind);
  if (!kind) {
    return fail(
        ErrorCode::invalid_input,
        credential.described ? "the scheme '" + choice.scheme + "' is of a kind that is not known"
                             : "the description has no security scheme '" + choice.scheme + "'",
        {},
        "say how the secret is sent: kind: bearer, basic, header, query, cookie, client_credentials, "
        "authorization_code or discover"
    );
  }
  credential.kind = *kind;
  credential.name = choice.name.empty() ? std::string(scheme.text("name")) : choice.name;
  credential.user = choice.user;
  credential.token_url = choice.token_url;
  credential.authorization_url = choice.authorization_url;
  credential.revocation_url = choice.revocation_url;
  credential.device_url = choice.device_url;
  credential.at_device = choice.at_device;
  credential.team = choice.owner == "team";
  credential.scopes = choice.scopes;
  if (scheme.is_map()) add_described_flow(credential, scheme);
  if (auto complete = check_complete(credential); !complete)
    return std::unexpected(std::move(complete.error()));
  if (choice.secret.empty() && is_signed_in_for(credential)) return credential;
  auto secret = find_secret(choice.secret);
  if (!secret || secret->reveal().empty()) {
    return fail(
        ErrorCode::invalid_input,
        "the secret " + choice.secret + " of the credential '" + choice.scheme + "' is not set",
        {},
        "set PARLEY_SECRET_" + choice.secret + ", or PARLEY_SECRET_" + choice.secret +
            "_FILE to a file with it"
    );
  }
  credential.secret = *std::move(secret);
  return credential;
}

Result<std::vector<const Credential*>> credentials_for(
    const wire::Tool& tool, const std::vector<Credential>& all
) {
  std::vector<const Credential*> chosen;
  for (const Credential& credential : all) {
    if (!credential.described) chosen.push_back(&credential);
  }
  const auto find = [&](const std::string& scheme) -> const Credential* {
    const auto found = std::ranges::find(all, scheme, &Credential::scheme);
    return found == all.end() ? nullptr : &*found;
  };
  bool anonymous = tool.security.empty() || !chosen.empty();
  for (const wire::SecurityWay& way : tool.security) {
    if (way.empty()) {
      anonymous = true;
      continue;
    }
    if (!std::ranges::all_of(way, [&](const auto& use) { return find(use.scheme) != nullptr; })) continue;
    for (const wire::SecurityUse& use : way) {
      const Credential* credential = find(use.scheme);
      if (credential->described) chosen.push_back(credential);
    }
    return chosen;
  }
  if (anonymous) return chosen;
  std::string names;
  for (const wire::SecurityUse& use : tool.security.front()) {
    names += (names.empty() ? "'" : " and '") + use.scheme + "'";
  }
  return fail(
      ErrorCode::unauthenticated,
      tool.id + " needs credentials for " + names,
      "no_credentials",
      "name the secret under tools.connectors in parley.yaml"
  );
}

void apply(const Credential& credential, std::string_view token, net::OutgoingRequest& request) {
  const std::string secret(credential.secret.reveal());
  switch (credential.kind) {
    case CredentialKind::bearer:
      return set_header(request.headers, "Authorization", "Bearer " + secret);
    case CredentialKind::client_credentials:
    case CredentialKind::authorization_code:
    case CredentialKind::discover:
      return set_header(request.headers, "Authorization", "Bearer " + std::string(token));
    case CredentialKind::basic:
      return set_header(
          request.headers, "Authorization", "Basic " + base64_encode(credential.user + ":" + secret)
      );
    case CredentialKind::header:
      return set_header(request.headers, credential.name, secret);
    case CredentialKind::query:
      request.url += request.url.contains('?') ? '&' : '?';
      request.url += percent_encoded(credential.name) + "=" + percent_encoded(secret);
      return;
    case CredentialKind::cookie: {
      std::string cookies;
      for (const auto& [name, value] : request.headers) {
        if (ascii_lower(name) == "cookie") cookies = value + "; ";
      }
      return set_header(request.headers, "Cookie", cookies + credential.name + "=" + secret);
    }
  }
}

std::string scrubbed(std::string text, const std::vector<Credential>& all, std::string_view token) {
  constexpr std::string_view kInstead = "[secret]";
  const auto hide = [&](std::string_view secret) {
    if (secret.size() < 4) return;  // nothing but chance would be hidden
    for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += kInstead.size())
      text.replace(at, secret.size(), kInstead);
  };
  hide(token);
  for (const Credential& credential : all) {
    hide(credential.secret.reveal());
    if (credential.kind == CredentialKind::basic)
      hide(base64_encode(credential.user + ":" + std::string(credential.secret.reveal())));
    if (credential.kind == CredentialKind::query) hide(percent_encoded(credential.secret.reveal()));
  }
  return text;
}

}  // namespace parley::tools
