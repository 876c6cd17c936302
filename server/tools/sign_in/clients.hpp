// As what this server asks authorization servers: clients that somebody registered and named in the settings,
// and clients of servers that were found out from the service (discovery.hpp), which are registered when they
// are first needed. What was found out is kept sealed, so that a restart finds nothing out again.
// Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "server/tools/sign_in/discovery.hpp"
#include "server/tools/sign_in/exchange.hpp"
#include "server/tools/sign_in/one_at_a_time.hpp"
#include "server/tools/sign_in/vault.hpp"

namespace parley::tools {

// What is known of a client before its authorization server is.
struct UnknownServer {
  std::string connector;
  std::string scheme;
  std::string resource;  // the address that is called
  bool is_mcp = false;
  std::string client_id;  // empty: a document of this server, or registered
  Secret secret;
  std::vector<std::string> scopes;  // empty: as the service says
  bool team = false;
  bool by_device = false;
  std::vector<std::string> plain_hosts;  // as of DiscoveryRules
};

class SignInClients {
 public:
  struct Offer {
    SignInClient client;
    std::shared_ptr<net::HttpClient> http;
  };
  using OfferPtr = std::shared_ptr<const Offer>;
  static constexpr std::int64_t kKeptSeconds = 86'400;  // then the service is asked anew, for new links

  explicit SignInClients(std::shared_ptr<Vault> vault) : vault_(std::move(vault)) {}

  // Where browsers reach this server, without a slash at the end. Before it is set nothing is found out.
  void set_public_url(std::string url);
  [[nodiscard]] std::string public_url() const;
  [[nodiscard]] std::string redirect_url() const;
  // The address of the document about this client; empty where that would not be https:.
  [[nodiscard]] std::string document_url() const;

  // Either takes the place of what was offered under the same connector and scheme.
  void offer(SignInClient client, std::shared_ptr<net::HttpClient> http);
  void offer(UnknownServer server, std::shared_ptr<net::HttpClient> http);

  // Null: nobody offered such a one. `for_a_link`: what was found out long ago is looked at again. Errors as
  // of find_sign_in_place().
  net::Awaitable<Result<OfferPtr>> find(std::string connector, std::string scheme, bool for_a_link = false);
  // The names of all connectors that somebody can sign in for.
  [[nodiscard]] std::vector<std::string> connectors() const;
  // Of any scheme.
  net::Awaitable<Result<OfferPtr>> first_of(std::string connector);
  // The authorization server does not know it any more: the next link registers it anew.
  net::Awaitable<void> forget(const SignInClient& client);

 private:
  struct Entry {
    OfferPtr known;                          // null: still to be found out
    std::shared_ptr<UnknownServer> unknown;  // null: the settings say everything
    std::shared_ptr<net::HttpClient> http;
    std::int64_t found_at = 0;
  };

  [[nodiscard]] std::optional<Entry> entry(const std::string& name) const;
  net::Awaitable<Result<OfferPtr>> find_out(std::string name, Entry entry, bool anew);
  net::Awaitable<Result<SignInClient>> ask(const Entry& entry, const std::optional<SignInClient>& before);
  // And when that was found out.
  net::Awaitable<std::optional<std::pair<SignInClient, std::int64_t>>> kept(const UnknownServer& server);
  net::Awaitable<Result<void>> keep(const UnknownServer& server, const SignInClient& client);

  std::shared_ptr<Vault> vault_;
  OneAtATime turns_;
  mutable std::mutex mutex_;
  // These with the lock.
  std::string public_url_;
  std::map<std::string, Entry, std::less<>> entries_;  // "connector scheme"
};

}  // namespace parley::tools
