// One call, from its URL to its answer: checks the target, has the name resolved, checks every address, hands
// the request to libcurl and watches over what comes back. Ends exactly once. Internal to this folder. Loop
// thread only, except that the resolver may answer from any thread.
#pragma once

#include <curl/curl.h>

#include <boost/asio/basic_waitable_timer.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "server/net/client/curl_client.hpp"
#include "server/net/client/egress.hpp"
#include "server/net/client/http_client.hpp"
#include "server/net/client/resolver.hpp"

namespace parley::net {

// What all calls of a client share.
struct ClientSetup {
  EgressPolicy egress;
  std::string ca_file;
  std::string user_agent;
  ProxyOptions proxy;
};

class Transfer : public std::enable_shared_from_this<Transfer> {
 public:
  using Done = std::move_only_function<void(Result<IncomingAnswer>)>;

  Transfer(
      Executor executor, std::shared_ptr<const ClientSetup> setup, OutgoingRequest request, TakePiece take
  );
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // `done` is posted to the loop.
  void start(Resolver& resolver, Done done);
  // The caller no longer waits: ends with "stopped".
  void cancel();

  // For CurlLoop.
  [[nodiscard]] CURL* handle() const { return easy_; }
  void ended(CURLcode outcome);

 private:
  using Clock = std::chrono::steady_clock;
  using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;

  [[nodiscard]] Result<void> check_request();
  using Next = void (Transfer::*)(Result<Addresses>);
  // Calls `next` with the addresses of the host.
  void look_up(const Target& host, Next next);
  void resolved(Result<Addresses> addresses);
  void use_proxy();
  void proxy_resolved(Result<Addresses> addresses);
  void connect();
  [[nodiscard]] bool set_address();
  void set_proxy();
  void set_request();
  void set_limits();
  void set_callbacks();
  void watch_for_silence();
  void give_up(const char* why);
  void finish(Result<IncomingAnswer> result);
  [[nodiscard]] std::unexpected<Error> failure(std::string_view pointer) const;
  [[nodiscard]] std::string_view reason(CURLcode outcome) const;
  [[nodiscard]] std::chrono::milliseconds left() const;

  static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int before_asking(void* self, char* remote, char*, int remote_port, int);
  static std::size_t on_header(char* bytes, std::size_t, std::size_t size, void* self);
  static std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* self);

  Executor executor_;
  std::shared_ptr<const ClientSetup> setup_;
  OutgoingRequest request_;
  TakePiece take_;
  Done done_;

  Resolver* resolver_ = nullptr;  // outlives the call
  Target target_;
  Target proxy_;  // when there is one on the way
  bool proxied_ = false;
  Addresses addresses_;  // that may be connected to
  Clock::time_point started_ = Clock::now();
  Timer timer_;  // first for the name to be resolved, then for silence
  Clock::time_point heard_;

  CURL* easy_ = nullptr;
  CURLU* url_ = nullptr;
  curl_slist* header_lines_ = nullptr;
  curl_slist* known_address_ = nullptr;

  IncomingAnswer answer_;
  std::size_t header_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  std::size_t times_asked_ = 0;    // how often the request was, or was about to be, sent
  const char* gave_up_ = nullptr;  // why we ended it ourselves; a pointer of the failure
  std::string curl_says_;
};

}  // namespace parley::net
