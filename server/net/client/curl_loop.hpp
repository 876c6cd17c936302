// libcurl's multi interface driven by a loop's own reactor, so that a call costs no thread and its pieces
// arrive on the loop that asked. One per io_context, made at first use; its connections are kept and shared
// by all calls of that loop. Internal to this folder. Loop thread only.
#pragma once

#include <curl/curl.h>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <unordered_map>
#include <vector>

#include "server/net/loop.hpp"

namespace parley::net {

class Transfer;

class CurlLoop final : public boost::asio::execution_context::service {
 public:
  using key_type = CurlLoop;
  static boost::asio::execution_context::id id;

  explicit CurlLoop(boost::asio::execution_context& context);
  ~CurlLoop() override;
  static CurlLoop& of(const Executor& executor);

  // Starts a prepared transfer, which is told of its end by Transfer::ended().
  void begin(std::shared_ptr<Transfer> transfer);
  // Takes a transfer back. False while libcurl is on the stack: then the transfer ends at its next callback.
  bool abandon(Transfer& transfer);

 private:
  struct Watch;
  using Watches = std::unordered_map<curl_socket_t, std::shared_ptr<Watch>>;

  void shutdown() override;
  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*);
  static int on_timer(CURLM*, long milliseconds, void* self);
  void watch(curl_socket_t socket, int what);
  void wait_to_read(const std::shared_ptr<Watch>& watch);
  void wait_to_write(const std::shared_ptr<Watch>& watch);
  void act(curl_socket_t socket, int ready);
  void collect();

  Executor executor_;
  CURLM* multi_;
  boost::asio::basic_waitable_timer<
      std::chrono::steady_clock,
      boost::asio::wait_traits<std::chrono::steady_clock>,
      Executor>
      timer_;
  Watches watches_;
  std::unordered_map<CURL*, std::shared_ptr<Transfer>> running_;
  std::vector<std::shared_ptr<Transfer>> to_begin_;  // asked for while libcurl was on the stack
  bool inside_ = false;                              // libcurl is on the stack
};

}  // namespace parley::net
