// The sign-ins of people as the API speaks to them.
#pragma once

#include <memory>
#include <string>

#include "server/api/inbound/sign_in.hpp"
#include "server/tools/sign_in/sign_ins.hpp"
#include "server/turns/ports.hpp"

namespace parley {

// Grants are kept as settings of the tenant. Both must outlive what is made.
[[nodiscard]] tools::SignInWorld sign_in_world(
    turns::Store& store, turns::Clock& clock, std::string tenant, std::string secret
);

[[nodiscard]] std::unique_ptr<api::SignInPort> sign_in_port(std::shared_ptr<tools::SignIns> sign_ins);

}  // namespace parley
