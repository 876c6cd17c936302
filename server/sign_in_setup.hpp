// The sign-ins of people as the API speaks to them.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/api/inbound/sign_in.hpp"
#include "server/tools/sign_in/sign_ins.hpp"
#include "server/turns/driver.hpp"
#include "server/turns/ports.hpp"

namespace parley {

// Grants are kept as settings of the tenant. Conversations go on at `driver`, once there is one. All must
// outlive what is made.
[[nodiscard]] tools::SignInWorld sign_in_world(
    turns::Store& store,
    turns::Clock& clock,
    std::string tenant,
    std::string secret,
    std::function<turns::TurnDriver*()> driver
);

[[nodiscard]] std::unique_ptr<api::SignInPort> sign_in_port(std::shared_ptr<tools::SignIns> sign_ins);

}  // namespace parley
