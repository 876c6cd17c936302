// The models of an assistant behind turns::ToolRunner, as the tools "model.TASK" (see engine::CallModel):
// which one is asked, who is asked when it does not answer, and what that may cost.
//
// A call goes to the model it names, or the first, and then down the list until one answers in time; a model
// that still has others behind it gets no more than half of what is left of the call's time. Each call is
// reserved in the day's budget before it is made. Failures carry, besides the codes of Client, "budget",
// "no_model" and "timeout". Texts are made vectors of by a model of their own, out of the same budget.
// Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flow/load.hpp"
#include "server/models/client.hpp"
#include "server/models/ledger.hpp"
#include "server/models/meter.hpp"
#include "server/models/prompts/prompt.hpp"
#include "server/models/surroundings.hpp"
#include "server/turns/ports.hpp"
#include "server/turns/text_vectors.hpp"

namespace parley::models {

struct EmbeddingSetup {
  Endpoint endpoint;
  std::uint32_t dimensions = 0;  // 0: the model's own

  bool operator==(const EmbeddingSetup&) const = default;
};

struct Setup {
  std::vector<Endpoint> endpoints;  // in the order of falling back
  std::optional<EmbeddingSetup> embeddings = {};
  std::shared_ptr<net::HttpClient> http;  // may reach the endpoints' hosts
  Budget budget;
  bool one_for_all = false;  // whatever name a step gives means the first
};

class ModelRunner : public turns::ToolRunner, public turns::VectorMaker {
 public:
  using Signatures = std::function<std::vector<flow::ToolSignature>()>;
  // Answers without a model, for endpoints that are built in.
  using BuiltIn = Result<Value> (*)(std::string_view task, const Value& input);

  ModelRunner(Surroundings world, Signatures tools, BuiltIn built_in);

  // A model whose endpoint is the same keeps what is known of it. Calls under way end with what they began.
  void configure(Setup setup);

  [[nodiscard]] bool has(std::string_view tool) const override;
  [[nodiscard]] turns::EffectClass effect_class(std::string_view /*tool*/) const override {
    return turns::EffectClass::read;
  }
  turns::Awaitable<Result<turns::ToolAnswer>> run(const turns::ToolCall& call) override;

  // The address, the model and the dimensions of what is set up for it.
  [[nodiscard]] std::string maker() const override;
  turns::Awaitable<Result<void>> make(std::vector<std::string> texts, std::uint32_t timeout_ms, Put put)
      override;

  // Some model other than the built-in answers could be asked.
  [[nodiscard]] bool has_model() const;
  struct Standing {
    std::string model;
    bool resting = false;
    Counts counts;
  };
  [[nodiscard]] std::vector<Standing> standings() const;
  [[nodiscard]] Spending spent_today() const { return ledger_.today(); }

 private:
  using Chain = std::vector<std::shared_ptr<Client>>;
  struct Current {
    Chain chain;
    std::shared_ptr<Client> embedder;  // null: none
    std::uint32_t dimensions = 0;
    bool one_for_all = false;
  };
  struct Call;

  [[nodiscard]] std::shared_ptr<const Current> current() const;
  [[nodiscard]] Result<Chain> chain_for(std::string_view model) const;
  turns::Awaitable<Result<Value>> ask(Client& client, Call& call, std::int64_t deadline_ms);
  void note_no_vectors(const Client& client, const Error& failure);
  turns::Awaitable<Result<turns::Vectors>> embed_batch(
      Client& client, std::uint32_t dimensions, std::vector<std::string> texts, std::int64_t deadline_ms
  );
  turns::Awaitable<Result<wire::model_api::Answer>> ask_within_budget(
      Client& client, Call& call, const Question& question, std::int64_t deadline_ms
  );
  [[nodiscard]] std::int64_t share_of(const Call& call, bool last) const;
  void note_answer(const Client& client, const Call& call, std::int64_t begun_ms) const;

  Surroundings world_;
  Signatures tools_;
  BuiltIn built_in_;
  Meter meter_;
  Ledger ledger_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Current> current_;
};

}  // namespace parley::models
