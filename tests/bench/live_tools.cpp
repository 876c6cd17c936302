// What a live tool call costs beyond the transfer itself: bare libcurl, the HTTP client, the whole runner,
// against one local server that answers at once. Run: build/release/tests/bench/live_tools
#include <benchmark/benchmark.h>
#include <curl/curl.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>

#include "base/json.hpp"
#include "server/net/client/curl_client.hpp"
#include "server/net/server.hpp"
#include "server/tools/live/live_runner.hpp"
#include "wire/description.hpp"

namespace {

using namespace parley;

constexpr std::string_view kShop =
    R"({"openapi": "3.1.0", "paths": {"/charges": {"post": {"operationId": "charge",
  "x-parley-effect": "keyed", "requestBody": {"required": true, "content": {"application/json": {"schema":
  {"type": "object", "required": ["amount"], "properties": {"amount": {"type": "integer"},
  "currency": {"type": "string"}}}}}}}}}})";
constexpr std::string_view kAnswer = R"({"id":"ch_1","object":"charge","status":"succeeded","paid":true})";

net::Awaitable<net::Response> answer(net::Request&, net::Exchange&) {
  co_return net::Response{.content_type = "application/json", .body = std::string(kAnswer)};
}

struct Peer {
  Peer() : server({.loops = 1}, answer) {
    if (!server.start()) std::abort();
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server.port()); }
  net::Server server;
};

template <typename T>
T run(boost::asio::io_context& loop, net::Awaitable<T> work) {
  std::optional<T> result;
  boost::asio::co_spawn(loop, std::move(work), [&](const std::exception_ptr&, T value) {
    result = std::move(value);
    loop.stop();
  });
  loop.restart();
  loop.run();
  return *std::move(result);
}

std::size_t discard(char*, std::size_t, std::size_t size, void*) {
  return size;
}

void bare_libcurl(benchmark::State& state) {
  const Peer peer;
  const std::string url = peer.url() + "/charges";
  const std::string body = R"({"amount":5,"currency":"EUR"})";
  CURL* easy = curl_easy_init();
  curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/json");
  headers = curl_slist_append(headers, "Accept: application/json");
  headers = curl_slist_append(headers, "Idempotency-Key: k-1");
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &discard);
  for (auto _ : state) {
    if (curl_easy_perform(easy) != CURLE_OK) state.SkipWithError("the call failed");
  }
  curl_slist_free_all(headers);
  curl_easy_cleanup(easy);
}

void http_client(benchmark::State& state) {
  const Peer peer;
  boost::asio::io_context loop(1);
  const auto client = net::make_http_client({.egress = {.any_internal = true}});
  const net::OutgoingRequest request{
      .method = "POST",
      .url = peer.url() + "/charges",
      .headers =
          {{"Content-Type", "application/json"}, {"Accept", "application/json"}, {"Idempotency-Key", "k-1"}},
      .body = R"({"amount":5,"currency":"EUR"})",
  };
  for (auto _ : state) {
    if (!run(loop, client->send(request))) state.SkipWithError("the call failed");
  }
}

void live_tool(benchmark::State& state) {
  const Peer peer;
  boost::asio::io_context loop(1);
  auto connector = wire::compile_description(*parse_json(kShop), {.connector = "shop"});
  tools::LiveRunner runner(
      std::make_shared<const wire::Connector>(*std::move(connector)),
      {.server = peer.url()},
      net::make_http_client({.egress = {.any_internal = true}})
  );
  const turns::ToolCall call{
      .tool = "shop.charge",
      .arguments = MapBuilder().set("amount", 5).set("currency", "EUR").build(),
      .idempotency_key = "k-1",
  };
  for (auto _ : state) {
    if (!run(loop, runner.run(call))) state.SkipWithError("the call failed");
  }
}

BENCHMARK(bare_libcurl)->UseRealTime();
BENCHMARK(http_client)->UseRealTime();
BENCHMARK(live_tool)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
