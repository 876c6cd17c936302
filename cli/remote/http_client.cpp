#include "cli/remote/http_client.hpp"

#include <curl/curl.h>

#include <cstdlib>
#include <memory>
#include <utility>

#include "base/json.hpp"
#include "cli/project.hpp"

namespace parley::cli {
namespace {

constexpr std::size_t kAnswerBytesMax = 64U << 20;
constexpr long kConnectTimeoutMs = 5'000;
constexpr long kTimeoutMs = 120'000;

struct Closer {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::size_t collect(char* data, std::size_t size, std::size_t count, void* answer) {
  auto& text = *static_cast<std::string*>(answer);
  if (text.size() + size * count > kAnswerBytesMax) return 0;  // ends the transfer
  text.append(data, size * count);
  return size * count;
}

void add(std::unique_ptr<curl_slist, Closer>& headers, const std::string& line) {
  headers.reset(curl_slist_append(headers.release(), line.c_str()));
}

// {"error": {"message": …, "hint": …}}, or the status when the answer is not ours.
Error refusal(long status, const Result<Value>& answer) {
  const Value& error = answer ? (*answer)["error"] : Value();
  const ErrorCode code = status == 404                    ? ErrorCode::not_found
                         : status == 401 || status == 403 ? ErrorCode::unauthenticated
                         : status >= 500                  ? ErrorCode::unavailable
                                                          : ErrorCode::invalid_input;
  std::string hint = status == 401 ? "give an API key with --key-file or PARLEY_API_KEY" : "";
  if (error["hint"].is_string()) hint = error["hint"].as_string();
  const std::string pointer(status == 409 ? error.text("code") : std::string_view());
  if (error["message"].is_string()) return {code, std::string(error["message"].as_string()), pointer, hint};
  return {code, "the server answered with status " + std::to_string(status), {}, hint};
}

std::string without_newline(std::string text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace

Result<HttpClient> HttpClient::from(const Arguments& arguments) {
  std::string url = arguments.text("--url", "http://127.0.0.1:8080");
  while (url.ends_with('/')) url.pop_back();
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return fail(
        ErrorCode::invalid_input,
        "--url must begin with http:// or https://",
        {},
        "for example --url http://127.0.0.1:8080"
    );
  }
  std::string key;
  if (arguments.has("--key-file")) {
    auto text = read_file(arguments.text("--key-file"));
    if (!text) return std::unexpected(text.error());
    key = without_newline(*std::move(text));
  } else if (const char* given = std::getenv("PARLEY_API_KEY")) {
    key = given;
  }
  return HttpClient(std::move(url), std::move(key));
}

Result<Value> HttpClient::get(const std::string& path) const {
  return send("GET", path, {}, key_or_token());
}

Result<Value> HttpClient::post(const std::string& path, const Value& body) const {
  return send("POST", path, write_json(body), key_or_token());
}

Result<Value> HttpClient::put(
    const std::string& path,
    const std::string& text,
    const std::string& content_type,
    const std::vector<std::string>& headers
) const {
  std::vector<std::string> all{"Content-Type: " + content_type};
  all.insert(all.end(), headers.begin(), headers.end());
  return send("PUT", path, text, key_or_token(), all);
}

Result<Value> HttpClient::remove(const std::string& path) const {
  return send("DELETE", path, {}, key_);
}

Result<Value> HttpClient::post_as_operator(const std::string& path, const Value& body) const {
  return send("POST", path, write_json(body), key_);
}

Result<Value> HttpClient::send(
    const std::string& method,
    const std::string& path,
    const std::string& body,
    const std::string& credential,
    const std::vector<std::string>& given
) const {
  const std::unique_ptr<CURL, Closer> handle(curl_easy_init());
  INVARIANT(handle != nullptr, "the HTTP client can be made");
  std::unique_ptr<curl_slist, Closer> headers;
  for (const std::string& header : given) add(headers, header);
  if (!credential.empty()) add(headers, "Authorization: Bearer " + credential);
  std::string text;
  CURL* curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_URL, (url_ + path).c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, kTimeoutMs);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "parley/" PARLEY_VERSION);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &text);
  if (method != "GET") {
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
  }
  if (const CURLcode code = curl_easy_perform(curl); code != CURLE_OK) {
    return fail(
        ErrorCode::unavailable,
        url_ + " cannot be reached: " + curl_easy_strerror(code),
        {},
        "is the server running? parley serve starts one"
    );
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  auto answer = parse_json(text);
  if (status >= 300) return std::unexpected(refusal(status, answer));
  if (!answer)
    return fail(ErrorCode::unavailable, url_ + " did not answer with JSON", {}, "is this a Parley server?");
  return answer;
}

std::string escaped(std::string_view segment) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : segment) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    const auto octet = static_cast<unsigned char>(c);
    if (plain) {
      out += c;
    } else {
      out += {'%', kDigits[octet >> 4], kDigits[octet & 15]};
    }
  }
  return out;
}

}  // namespace parley::cli
