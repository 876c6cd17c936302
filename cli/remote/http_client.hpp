// Requests of the command line to a running server. Blocking; one request at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"
#include "cli/command.hpp"

namespace parley::cli {

class HttpClient {
 public:
  // --url, and the key from --key-file or PARLEY_API_KEY; a key never stands on the command line.
  static Result<HttpClient> from(const Arguments& arguments);

  // The JSON of the answer. What the server refuses comes back with its own words, a conflict with its code
  // as the pointer.
  [[nodiscard]] Result<Value> get(const std::string& path) const;
  [[nodiscard]] Result<Value> post(const std::string& path, const Value& body) const;
  // A document as it stands, with further headers such as "X-Author: ana".
  [[nodiscard]] Result<Value> put(
      const std::string& path,
      const std::string& text,
      const std::string& content_type,
      const std::vector<std::string>& headers
  ) const;
  [[nodiscard]] Result<Value> remove(const std::string& path) const;
  // As an operator: a visitor's token is not enough, and would hide that this machine is trusted.
  [[nodiscard]] Result<Value> post_as_operator(const std::string& path, const Value& body) const;

  // A visitor's token, sent from now on when there is no key.
  void set_token(std::string_view token) { token_ = token; }

 private:
  HttpClient(std::string url, std::string key) : url_(std::move(url)), key_(std::move(key)) {}
  [[nodiscard]] const std::string& key_or_token() const { return key_.empty() ? token_ : key_; }
  [[nodiscard]] Result<Value> send(
      const std::string& method,
      const std::string& path,
      const std::string& body,
      const std::string& credential,
      const std::vector<std::string>& headers = {"Content-Type: application/json"}
  ) const;

  std::string url_;  // without a slash at the end
  std::string key_;
  std::string token_;
};

// One segment of a path.
[[nodiscard]] std::string escaped(std::string_view segment);

}  // namespace parley::cli
