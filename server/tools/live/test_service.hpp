// A service for tests: answers as told and keeps what it was asked. Tests only.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/net/client/test_peer.hpp"

namespace parley::tools::testing {

// Answers in the order given, whatever is asked; keeps what was asked.
class Service {
 public:
  explicit Service(std::deque<std::string> answers)
      : answers_(std::move(answers)), peer_([this](int socket, const std::string& request, int) {
          const std::lock_guard lock(mutex_);
          requests_.push_back(request);
          const std::string answer = answers_.front();
          if (answers_.size() > 1) answers_.pop_front();
          net::test::Peer::write(socket, answer);
          return !answer.empty();
        }) {}

  [[nodiscard]] std::string url() const { return peer_.url(""); }
  [[nodiscard]] std::string request(std::size_t index) {
    const std::lock_guard lock(mutex_);
    return requests_.at(index);
  }
  [[nodiscard]] std::size_t asked() {
    const std::lock_guard lock(mutex_);
    return requests_.size();
  }

 private:
  std::mutex mutex_;
  std::deque<std::string> answers_;
  std::vector<std::string> requests_;
  net::test::Peer peer_;
};

inline std::string json_answer(
    std::string_view body, std::string_view status = "200 OK", std::string_view more = ""
) {
  return "HTTP/1.1 " + std::string(status) +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(more) + "\r\n" + std::string(body);
}

// Has the request this header line?
inline bool has(const std::string& request, std::string_view line) {
  return request.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
}

}  // namespace parley::tools::testing
