// From the settings to models that can be asked: addresses, keys, prices, the HTTP client that may reach
// them, what is logged and counted. Part of the composition root.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "assistant/settings.hpp"
#include "server/models/model_runner.hpp"
#include "server/ops/config.hpp"
#include "server/ops/metrics.hpp"
#include "server/tools/tool_table.hpp"

namespace parley {

// The endpoints of the settings' chain, with the keys from the environment: the variable that is named, or
// the file that NAME_FILE names.
[[nodiscard]] std::vector<models::Endpoint> model_endpoints(
    const assistant::Settings& settings, const ops::Assignments& environment
);
// With an HTTP client that may reach these endpoints, wherever they are, and nothing else inside.
// Of `embeddings:`; nothing when there is none.
[[nodiscard]] std::optional<models::EmbeddingSetup> embedding_setup(
    const assistant::Settings& settings, const ops::Assignments& environment
);

[[nodiscard]] models::Setup model_setup(
    const assistant::Settings& settings, const ops::Assignments& environment
);
[[nodiscard]] std::shared_ptr<models::ModelRunner> make_model_runner(
    models::ModelRunner::Signatures signatures
);

// The runner among the assistant's connectors, in place of the built-in one.
[[nodiscard]] std::shared_ptr<tools::ConnectorRunner> as_connector(std::shared_ptr<models::ModelRunner> runner
);

// "openai/gpt-4o-mini, then spare", or "built-in (no key needed)".
[[nodiscard]] std::string model_words(const std::vector<models::Endpoint>& endpoints);

void register_model_metrics(ops::Metrics& metrics, const models::ModelRunner& runner);

}  // namespace parley
