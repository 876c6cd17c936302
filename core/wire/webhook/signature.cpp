#include "wire/webhook/signature.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "base/encoding.hpp"
#include "base/sha256.hpp"

namespace parley::wire {
namespace {

constexpr std::size_t kSignaturesMax = 16;

std::span<const SignatureScheme> table() {
  static const std::array kSchemes{
      SignatureScheme{
          .name = "generic",
          .header = "x-signature",
          .signed_text = "{body}",
          .id = "x-delivery-id",
      },
      SignatureScheme{
          .name = "github",
          .header = "x-hub-signature-256",
          .prefix = "sha256=",
          .signed_text = "{body}",
          .id = "x-github-delivery",
          .event = "x-github-event",
      },
      SignatureScheme{
          .name = "jira",
          .header = "x-hub-signature",
          .prefix = "sha256=",
          .signed_text = "{body}",
          .id = "x-atlassian-webhook-identifier",
          .event = "/webhookEvent",
      },
      SignatureScheme{
          .name = "slack",
          .header = "x-slack-signature",
          .prefix = "v0=",
          .timestamp = "x-slack-request-timestamp",
          .signed_text = "v0:{time}:{body}",
          .id = "/event_id",
          .event = "/event/type",
      },
      SignatureScheme{
          .name = "standard",
          .header = "webhook-signature",
          .prefix = "v1,",
          .separator = ' ',
          .base64 = true,
          .timestamp = "webhook-timestamp",
          .signed_text = "{id}.{time}.{body}",
          .secret_prefix = "whsec_",
          .id = "webhook-id",
          .event = "/type",
      },
      SignatureScheme{
          .name = "stripe",
          .header = "stripe-signature",
          .prefix = "v1=",
          .separator = ',',
          .timestamp = "t=",
          .signed_text = "{time}.{body}",
          .id = "/id",
          .event = "/type",
      },
  };
  return kSchemes;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> parts_of(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty() && parts.size() < kSignaturesMax) {
    const std::size_t end = separator == '\0' ? std::string_view::npos : text.find(separator);
    parts.push_back(trimmed(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return parts;
}

std::string_view as_view(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string filled_in(
    std::string_view pattern, std::string_view id, std::string_view time, std::string_view body
) {
  std::string text;
  text.reserve(pattern.size() + body.size() + time.size() + id.size());
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('{');
    text += pattern.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = pattern.find('}', open);
    const std::string_view name = pattern.substr(open + 1, close - open - 1);
    text += name == "body" ? body : name == "time" ? time : id;
    pattern.remove_prefix(close == std::string_view::npos ? pattern.size() : close + 1);
  }
  return text;
}

Result<std::string> key_of(const SignatureScheme& scheme, std::string_view secret) {
  const bool encoded = !scheme.secret_prefix.empty() && secret.starts_with(scheme.secret_prefix);
  if (!encoded) return std::string(secret);
  return base64_decode(secret.substr(scheme.secret_prefix.size()));
}

std::unexpected<Error> refused(std::string_view code, std::string why, std::string hint) {
  return fail(ErrorCode::unauthenticated, std::move(why), std::string(code), std::move(hint));
}

// The sender's time as it stands in the request.
std::string_view time_of(
    const SignatureScheme& scheme, const HeaderLookup& header, std::span<const std::string_view> parts
) {
  if (!scheme.timestamp.ends_with('=')) return trimmed(header(scheme.timestamp).value_or(""));
  for (const std::string_view part : parts) {
    if (part.starts_with(scheme.timestamp)) return part.substr(scheme.timestamp.size());
  }
  return {};
}

Result<void> check_time(std::string_view time, std::int64_t now) {
  std::int64_t sent = 0;
  const auto [end, problem] = std::from_chars(time.data(), time.data() + time.size(), sent);
  const bool number = problem == std::errc() && !time.empty() && end == time.data() + time.size();
  if (!number || sent < 0)
    return refused("signature_missing", "the request does not say when it was sent", "send its time");
  const bool near = sent <= now + kSignatureToleranceSeconds && sent >= now - kSignatureToleranceSeconds;
  if (near) return {};
  return refused(
      "signature_expired",
      "the request was signed more than five minutes ago, or by a clock that is wrong",
      "check the clocks; sign every sending anew"
  );
}

}  // namespace

std::span<const SignatureScheme> signature_schemes() {
  return table();
}

const SignatureScheme* find_signature_scheme(std::string_view name) {
  const auto found = std::ranges::find(table(), name, &SignatureScheme::name);
  return found == table().end() ? nullptr : &*found;
}

Result<void> check_signature(
    const SignatureScheme& scheme,
    std::string_view secret,
    const HeaderLookup& header,
    std::string_view body,
    std::int64_t now_seconds
) {
  const auto carried = header(scheme.header);
  if (!carried || carried->empty()) {
    return refused(
        "signature_missing", "the request has no " + scheme.header, "sign it with the secret of the hook"
    );
  }
  const std::vector<std::string_view> parts = parts_of(*carried, scheme.separator);
  std::string_view time;
  if (!scheme.timestamp.empty()) {
    time = time_of(scheme, header, parts);
    if (auto timely = check_time(time, now_seconds); !timely) return timely;
  }
  const auto key = key_of(scheme, secret);
  if (!key) return refused("signature_wrong", "the secret of the hook is not in base64", "copy it again");
  const bool by_header = !scheme.id.empty() && !scheme.id.starts_with('/');
  const std::string_view id = by_header ? header(scheme.id).value_or("") : std::string_view();
  const auto digest = hmac_sha256(*key, filled_in(scheme.signed_text, id, time, body));
  const std::string right = scheme.base64 ? base64_encode(as_view(digest)) : hex_encode(as_view(digest));
  bool found = false;
  for (const std::string_view part : parts) {
    if (!part.starts_with(scheme.prefix)) continue;
    found = equal_in_constant_time(part.substr(scheme.prefix.size()), right) || found;
  }
  if (found) return {};
  return refused(
      "signature_wrong",
      "the signature is not that of this body with the secret of the hook",
      "compare the secrets on both sides; nothing on the way may change the body"
  );
}

}  // namespace parley::wire
