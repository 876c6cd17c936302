#include "server/tools/worker/worker_runner.hpp"

#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <utility>

#include "server/tools/deadline.hpp"

namespace parley::tools {

bool WorkerRunner::has(std::string_view tool) const {
  return pool_->declarations().find(tool) != nullptr;
}

turns::EffectClass WorkerRunner::effect_class(std::string_view tool) const {
  const ContractPtr contract = pool_->declarations().find(tool);
  return contract == nullptr ? turns::EffectClass::unsafe : contract->effect;
}

std::vector<flow::ToolSignature> WorkerRunner::signatures() const {
  return pool_->declarations().signatures(connector_);
}

turns::Awaitable<Result<turns::ToolAnswer>> WorkerRunner::run(const turns::ToolCall& call) {
  ContractPtr contract = pool_->declarations().find(call.tool);
  if (contract == nullptr)
    co_return fail(ErrorCode::not_found, "there is no tool '" + call.tool + "'", "unknown_tool");
  auto arguments = contract->arguments.taken(call.tool, call.arguments);
  if (!arguments) co_return std::unexpected(std::move(arguments.error()));
  PendingCall::Order order{
      .id = pool_->next_id(),
      .contract = std::move(contract),
      .arguments = *std::move(arguments),
      .idempotency_key = call.idempotency_key,
      .attempt = call.attempt,
      .caller = call.caller,
      .patience = std::chrono::milliseconds(own_timeout(call.timeout_ms)),
  };
  const net::Executor executor = co_await boost::asio::this_coro::executor;
  co_return co_await net::await_callback<Result<turns::ToolAnswer>>([&](auto done) {
    pool_->call(executor, std::move(order), std::move(done));
  });
}

}  // namespace parley::tools
