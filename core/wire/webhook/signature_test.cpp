// The published examples of each scheme, and everything that must be refused.
#include "wire/webhook/signature.hpp"

#include <doctest/doctest.h>

#include <map>

#include "base/encoding.hpp"
#include "base/sha256.hpp"

using namespace parley;
using namespace parley::wire;

namespace {

using Headers = std::map<std::string, std::string, std::less<>>;

struct Delivery {
  std::string scheme;
  std::string secret;
  Headers headers;
  std::string body;
  std::int64_t now;
};

// "ok", or the code of the refusal.
std::string verdict(const Delivery& delivery) {
  const SignatureScheme* scheme = find_signature_scheme(delivery.scheme);
  REQUIRE(scheme != nullptr);
  const auto header = [&](std::string_view name) -> std::optional<std::string_view> {
    const auto found = delivery.headers.find(name);
    return found == delivery.headers.end() ? std::nullopt : std::optional<std::string_view>(found->second);
  };
  const auto checked = check_signature(*scheme, delivery.secret, header, delivery.body, delivery.now);
  return checked ? "ok" : checked.error().pointer;
}

std::string signed_hex(std::string_view secret, std::string_view text) {
  const auto digest = hmac_sha256(secret, text);
  return hex_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

const Delivery kGithub{
    "github",
    "It's a Secret to Everybody",
    {{"x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}},
    "Hello, World!",
    0
};
const Delivery kSlack{
    "slack",
    "8f742231b10e8888abcd99yyyzzz85a5",
    {{"x-slack-signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"},
     {"x-slack-request-timestamp", "1531420618"}},
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_"
    "name="
    "foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%"
    "2F"
    "hooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id="
    "398738663015."
    "47445629121.803a0bc887a14d10d2c447fce8b6703c",
    1531420618
};
const Delivery kStandard{
    "standard",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    {{"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"},
     {"webhook-timestamp", "1614265330"},
     {"webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}},
    R"({"test": 2432232314})",
    1614265330
};
const Delivery kStripe{
    "stripe",
    "whsec_test_secret",
    {{"stripe-signature",
      "t=1492774577,v1=799c4ba7bb339f3c8601adfd112f0e477c930a268be1243d341abb8286501c2f,v0=6ffb"}},
    R"({"id":"evt_1"})",
    1492774577
};
const Delivery kGeneric{"generic", "k", {{"x-signature", signed_hex("k", "{}")}}, "{}", 0};
const Delivery* const kAll[] = {&kGithub, &kSlack, &kStandard, &kStripe, &kGeneric};

}  // namespace

TEST_CASE("what services publish as examples of their signatures is taken") {
  for (const Delivery* delivery : kAll) {
    CAPTURE(delivery->scheme);
    CHECK(verdict(*delivery) == "ok");
  }
}

TEST_CASE("nothing else is taken") {
  for (const Delivery* delivery : kAll) {
    CAPTURE(delivery->scheme);
    const SignatureScheme& scheme = *find_signature_scheme(delivery->scheme);
    Delivery changed = *delivery;
    changed.body += " ";
    CHECK(verdict(changed) == "signature_wrong");
    changed = *delivery;
    changed.body.pop_back();
    CHECK(verdict(changed) == "signature_wrong");
    changed = *delivery;
    changed.secret = delivery->scheme == "standard" ? "whsec_AAAAAAAAAAAA" : delivery->secret + "x";
    CHECK(verdict(changed) == "signature_wrong");
    changed = *delivery;
    changed.headers.erase(scheme.header);
    CHECK(verdict(changed) == "signature_missing");
    changed = *delivery;
    changed.headers[scheme.header] = "";
    CHECK(verdict(changed) == "signature_missing");
    if (!scheme.prefix.empty()) {
      changed = *delivery;
      std::string& value = changed.headers[scheme.header];
      value.replace(value.find(scheme.prefix), scheme.prefix.size(), "");  // the bare digest
      CHECK(verdict(changed) == "signature_wrong");
    }
    if (scheme.timestamp.empty()) continue;
    for (const std::int64_t late : {-301, 301, 86'400}) {
      changed = *delivery;
      changed.now += late;
      CHECK(verdict(changed) == "signature_expired");
    }
    for (const std::int64_t near : {-300, 300}) {
      changed = *delivery;
      changed.now += near;
      CHECK(verdict(changed) == "ok");
    }
  }
}

TEST_CASE("a time that is missing, or not the one that was signed, is refused") {
  Delivery changed = kSlack;
  changed.headers.erase("x-slack-request-timestamp");
  CHECK(verdict(changed) == "signature_missing");
  changed.headers["x-slack-request-timestamp"] = "yesterday";
  CHECK(verdict(changed) == "signature_missing");
  changed.headers["x-slack-request-timestamp"] = "1531420619";
  CHECK(verdict(changed) == "signature_wrong");
  changed = kStripe;
  changed.headers["stripe-signature"] = changed.headers["stripe-signature"].substr(13);
  CHECK(verdict(changed) == "signature_missing");
}

TEST_CASE("of several signatures one must be right, and it must be of the version that is spoken") {
  const std::string right = kStripe.headers.at("stripe-signature").substr(13, 67);  // "v1=…"
  REQUIRE(right.starts_with("v1=799c"));
  struct Row {
    std::string header;
    const char* verdict;
  };
  const Row rows[] = {
      {"t=1492774577,v1=00,v1=" + right.substr(3), "ok"},
      {"t=1492774577, " + right, "ok"},
      {"t=1492774577,v0=" + right.substr(3), "signature_wrong"},
      {"t=1492774577,v1=" + right.substr(3, 20), "signature_wrong"},
      {"t=1492774577", "signature_wrong"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.header);
    Delivery changed = kStripe;
    changed.headers["stripe-signature"] = row.header;
    CHECK(verdict(changed) == row.verdict);
  }
}
