// Puts what driver, server and process know about themselves into /metrics.
#pragma once

#include "server/net/server.hpp"
#include "server/ops/metrics.hpp"
#include "server/turns/driver.hpp"

namespace parley {

// All arguments must outlive the registry's last scrape.
void register_metrics(ops::Metrics& metrics, const turns::TurnDriver& driver, const net::Server& server);

}  // namespace parley
