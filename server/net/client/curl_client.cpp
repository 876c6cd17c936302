#include "server/net/client/curl_client.hpp"

#include <signal.h>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <utility>

#include "server/net/client/transfer.hpp"

namespace parley::net {
namespace {

// Once for the process, before any loop uses it.
void initialise_curl() {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  INVARIANT(initialised == CURLE_OK, "libcurl can be initialised");
  // OpenSSL writes with write(2): to a connection that the other side has closed, that would end the process.
  static const bool unless_handled = [] {
    struct sigaction now{};
    if (::sigaction(SIGPIPE, nullptr, &now) != 0 || now.sa_handler != SIG_DFL) return false;
    return ::signal(SIGPIPE, SIG_IGN) != SIG_ERR;
  }();
  (void)unless_handled;
}

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(ClientOptions options)
      : setup_(std::make_shared<const ClientSetup>(
            std::move(options.egress),
            std::move(options.ca_file),
            std::move(options.user_agent),
            std::move(options.proxy)
        )),
        resolver_(options.resolver ? std::move(options.resolver) : make_system_resolver()) {
    initialise_curl();
  }

  Awaitable<Result<IncomingAnswer>> send(OutgoingRequest request) override {
    return stream(std::move(request), nullptr);
  }

  Awaitable<Result<IncomingAnswer>> stream(OutgoingRequest request, TakePiece take) override {
    return boost::asio::
        async_initiate<const boost::asio::use_awaitable_t<Executor>, void(Result<IncomingAnswer>)>(
            [this](auto handler, OutgoingRequest asked, TakePiece taker) {
              auto transfer = std::make_shared<Transfer>(
                  boost::asio::get_associated_executor(handler), setup_, std::move(asked), std::move(taker)
              );
              auto slot = boost::asio::get_associated_cancellation_slot(handler);
              if (slot.is_connected()) {
                slot.assign([weak = std::weak_ptr(transfer)](boost::asio::cancellation_type) {
                  if (const auto alive = weak.lock()) alive->cancel();
                });
              }
              transfer->start(*resolver_, [h = std::move(handler)](Result<IncomingAnswer> result) mutable {
                std::move(h)(std::move(result));
              });
            },
            kUseAwaitable,
            std::move(request),
            std::move(take)
        );
  }

 private:
  std::shared_ptr<const ClientSetup> setup_;
  std::shared_ptr<Resolver> resolver_;
};

}  // namespace

std::shared_ptr<HttpClient> make_http_client(ClientOptions options) {
  return std::make_shared<CurlClient>(std::move(options));
}

}  // namespace parley::net
