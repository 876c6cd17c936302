// A secret's value, between the environment and the request that carries it. It cannot be printed or
// compared by accident, and its memory is wiped. The names of secrets are not secret.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace parley::tools {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret& other) {
    if (this != &other) {
      wipe();
      text_ = other.text_;
    }
    return *this;
  }
  ~Secret() { wipe(); }

  // For the request and for scrubbing, nothing else.
  [[nodiscard]] std::string_view reveal() const { return text_; }

 private:
  void wipe() {
    volatile char* bytes = text_.data();
    for (std::size_t i = 0; i < text_.size(); ++i) bytes[i] = 0;
  }

  std::string text_;
};

// The value of a secret by its name; nothing when it is not set. Called when connectors are made.
using FindSecret = std::function<std::optional<Secret>(std::string_view name)>;

}  // namespace parley::tools
