#include "cli/tools/own_sign_in.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include "base/encoding.hpp"
#include "cli/terminal.hpp"
#include "server/net/client/egress.hpp"
#include "server/net/http.hpp"
#include "server/ops/secrets.hpp"
#include "server/tools/sign_in/sign_ins.hpp"
#include "server/turns/world.hpp"

namespace parley::cli {

namespace {

using boost::asio::ip::tcp;
using Socket = boost::asio::basic_stream_socket<tcp, net::Executor>;
using Acceptor = boost::asio::basic_socket_acceptor<tcp, net::Executor>;
using Timer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock,
    boost::asio::wait_traits<std::chrono::steady_clock>,
    net::Executor>;

constexpr std::string_view kConnector = "server";
constexpr std::string_view kScheme = "people";
constexpr std::string_view kCallback = "/v1/sign-in/callback";
constexpr std::size_t kHeadBytesMax = 16U << 10U;
constexpr std::chrono::seconds kHeadPatience{5};
constexpr std::chrono::seconds kPatience{600};
constexpr std::chrono::milliseconds kBetweenLooks{500};
constexpr std::uint32_t kTimeoutMs = 15'000;

std::unexpected<Error> nobody_signed_in() {
  return fail(ErrorCode::deadline_exceeded, "nobody signed in", {}, "run the command again");
}

// Sealed texts for as long as this command runs.
struct Memory {
  std::map<std::string, std::string> kept;
  turns::SystemClock clock;

  tools::SignInWorld world() {
    return {
        .get = [this](std::string name) -> net::Awaitable<Result<std::optional<std::string>>> {
          const auto found = kept.find(name);
          co_return found == kept.end() ? std::nullopt : std::optional(found->second);
        },
        .put = [this](std::string name, std::string text) -> net::Awaitable<Result<void>> {
          kept.insert_or_assign(std::move(name), std::move(text));
          co_return Result<void>();
        },
        .replace =
            [this](std::string name, std::string before, std::string text) -> net::Awaitable<Result<void>> {
          std::string& now = kept[std::move(name)];
          if (now != before) co_return fail(ErrorCode::conflict, "changed meanwhile");
          now = std::move(text);
          co_return Result<void>();
        },
        .now = [this] { return clock.now(); },
        .secret = ops::random_bytes(32),
    };
  }
};

// The query with which a browser comes back; nothing of anything else that knocks.
net::Awaitable<std::optional<net::Query>> come_back(Acceptor& acceptor) {
  boost::system::error_code error;
  const auto socket = std::make_shared<Socket>(acceptor.get_executor());
  co_await acceptor.async_accept(*socket, boost::asio::redirect_error(net::kUseAwaitable, error));
  if (error) co_return std::nullopt;
  Timer patience(acceptor.get_executor(), kHeadPatience);
  patience.async_wait([socket](boost::system::error_code stopped) {
    boost::system::error_code ignored;
    if (!stopped) socket->close(ignored);
  });
  std::string head;
  co_await boost::asio::async_read_until(
      *socket,
      boost::asio::dynamic_buffer(head, kHeadBytesMax),
      "\r\n\r\n",
      boost::asio::redirect_error(net::kUseAwaitable, error)
  );
  std::string path;
  net::Query query;
  const std::size_t end = head.find(' ', 4);
  const bool asks = !error && head.starts_with("GET ") && end != head.npos &&
                    net::parse_target(std::string_view(head).substr(4, end - 4), path, query) &&
                    path == kCallback;
  const std::string_view answer =
      asks ? "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n"
             "Referrer-Policy: no-referrer\r\nContent-Security-Policy: default-src 'none'\r\n"
             "Connection: close\r\n\r\n<!doctype html><html lang=\"en\"><title>Parley</title>"
             "<p>Go on in the terminal. You can close this window.</p></html>\n"
           : "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n";
  co_await boost::asio::async_write(
      *socket, boost::asio::buffer(answer), boost::asio::redirect_error(net::kUseAwaitable, error)
  );
  patience.cancel();
  co_return asks ? std::optional(std::move(query)) : std::nullopt;
}

std::string value_of(const net::Query& query, std::string_view name) {
  return std::string(query.find(name).value_or(""));
}

net::Awaitable<Result<void>> in_browser(tools::SignIns& sign_ins, std::shared_ptr<Acceptor> acceptor) {
  const auto link = co_await sign_ins.team_link(std::string(kConnector));
  if (!link) co_return std::unexpected(link.error());
  // Who runs this has asked for it himself, so no page asks him again.
  const std::string browser = base64url_encode(ops::random_bytes(32));
  const auto address = co_await sign_ins.follow(link->substr(link->find("link=") + 5), browser);
  if (!address) co_return std::unexpected(address.error());
  note("the server wants to know who asks; open this address in a browser of this machine:");
  note(*address);
  Timer patience(acceptor->get_executor(), kPatience);
  patience.async_wait([acceptor](boost::system::error_code stopped) {
    boost::system::error_code ignored;
    if (!stopped) acceptor->close(ignored);
  });
  while (acceptor->is_open()) {
    const auto query = co_await come_back(*acceptor);
    if (!query) continue;
    const auto back = co_await sign_ins.finish(
        value_of(*query, "state"),
        value_of(*query, "code"),
        value_of(*query, "error"),
        value_of(*query, "iss"),
        browser
    );
    if (!back && back.error().pointer == "sign_in_invalid") continue;  // somebody else's
    patience.cancel();
    if (!back) co_return std::unexpected(back.error());
    co_return Result<void>();
  }
  co_return nobody_signed_in();
}

net::Awaitable<Result<void>> elsewhere(tools::SignIns& sign_ins) {
  const auto where = co_await sign_ins.team_device(std::string(kConnector));
  if (!where) co_return std::unexpected(where.error());
  note(
      "the server wants to know who asks; open " + where->address + " on any device and type in " +
      where->code
  );
  Timer timer(co_await boost::asio::this_coro::executor);
  for (auto left = std::chrono::milliseconds(where->lives_seconds * 1000); left.count() > 0;
       left -= kBetweenLooks) {
    const auto done = co_await sign_ins.is_signed_in(std::string(kConnector), {});
    if (!done) co_return std::unexpected(done.error());
    if (*done) co_return Result<void>();
    timer.expires_after(kBetweenLooks);
    boost::system::error_code ignored;
    co_await timer.async_wait(boost::asio::redirect_error(net::kUseAwaitable, ignored));
  }
  co_return nobody_signed_in();
}

}  // namespace

net::Awaitable<Result<std::string>> own_sign_in(
    std::string url, bool at_device, std::shared_ptr<net::HttpClient> client
) {
  const auto executor = co_await boost::asio::this_coro::executor;
  Memory memory;
  const auto sign_ins = std::make_shared<tools::SignIns>(memory.world());
  const auto acceptor =
      std::make_shared<Acceptor>(executor, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
  sign_ins->set_public_url("http://127.0.0.1:" + std::to_string(acceptor->local_endpoint().port()));
  tools::UnknownServer server{
      .connector = std::string(kConnector),
      .scheme = std::string(kScheme),
      .resource = url,
      .is_mcp = true,
      .team = true,
      .by_device = at_device,
  };
  // An address without TLS was written by the person himself.
  if (url.starts_with("http://")) server.plain_hosts.emplace_back("*");
  sign_ins->offer(std::move(server), std::move(client));
  const auto done = at_device ? co_await elsewhere(*sign_ins) : co_await in_browser(*sign_ins, acceptor);
  if (!done) co_return std::unexpected(done.error());
  co_return co_await sign_ins->token(std::string(kConnector), std::string(kScheme), {}, "", kTimeoutMs);
}

}  // namespace parley::cli
