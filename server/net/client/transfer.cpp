#include "server/net/client/transfer.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cstring>

#include "server/net/client/curl_loop.hpp"
#include "server/net/http.hpp"

namespace parley::net {
namespace {

constexpr std::size_t kHeaderBytesMax = 64U << 10U;
constexpr long kIdleSecondsMax = 30;  // longer idle connections are likely to be closed by the other side

// These belong to the transport; letting a caller set them would let a document smuggle requests.
constexpr std::string_view kOwnHeaders[] = {
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "expect",
    "te",
    "upgrade",
    "proxy-authorization"
};

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::strchr("!#$%&'*+-.^_`|~", c) != nullptr;
  }) && text.find('\0') == std::string_view::npos;
}

bool is_header_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7F; });
}

std::optional<IpAddress> read_socket_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return boost::asio::ip::address_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  boost::asio::ip::address_v6::bytes_type bytes;
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return boost::asio::ip::address_v6(bytes);
}

std::string bracketed(const IpAddress& address) {
  return address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
}

bool may_be_asked_twice(const OutgoingRequest& request) {
  if (request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS") return true;
  return std::ranges::any_of(request.headers, [](const auto& header) {
    return equals_ignoring_case(header.first, "idempotency-key");
  });
}

}  // namespace

Transfer::Transfer(
    Executor executor, std::shared_ptr<const ClientSetup> setup, OutgoingRequest request, TakePiece take
)
    : executor_(std::move(executor)),
      setup_(std::move(setup)),
      request_(std::move(request)),
      take_(std::move(take)),
      timer_(executor_) {}

Transfer::~Transfer() {
  if (easy_ != nullptr) curl_easy_cleanup(easy_);
  if (url_ != nullptr) curl_url_cleanup(url_);
  curl_slist_free_all(header_lines_);
  curl_slist_free_all(known_address_);
}

void Transfer::start(Resolver& resolver, Done done) {
  done_ = std::move(done);
  auto target = read_target(request_.url);
  if (!target) return finish(std::unexpected(std::move(target.error())));
  target_ = std::move(*target);
  if (auto sane = check_request(); !sane) return finish(std::unexpected(std::move(sane.error())));
  if (auto allowed = check_target(target_, request_.allowed_hosts, setup_->egress); !allowed)
    return finish(std::unexpected(std::move(allowed.error())));
  resolver_ = &resolver;
  const ProxyOptions& proxy = setup_->proxy;
  if (!proxy.url.empty() && !target_.literal && is_listed(target_, proxy.hosts)) return use_proxy();
  look_up(target_, &Transfer::resolved);
}

void Transfer::look_up(const Target& host, Next next) {
  if (host.literal) return (this->*next)(Addresses{*host.literal});
  timer_.expires_after(std::chrono::milliseconds(std::min(request_.timeout_ms, request_.connect_timeout_ms)));
  // While the name is looked up, the timer's handler is what keeps the transfer.
  timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error) self->finish(self->failure("unreachable"));
  });
  resolver_->resolve(
      host.host,
      [weak = weak_from_this(), executor = executor_, next](Result<Addresses> found) {
        boost::asio::post(executor, [weak, next, found = std::move(found)]() mutable {
          if (const auto self = weak.lock()) (self.get()->*next)(std::move(found));
        });
      }
  );
}

Result<void> Transfer::check_request() {
  const auto refuse = [](std::string why) {
    return fail(ErrorCode::invalid_input, std::move(why), "bad_url");
  };
  if (!is_token(request_.method)) return refuse("The method of the call is not a word.");
  for (const auto& [name, value] : request_.headers) {
    if (!is_token(name)) return refuse("A header of the call has a name that cannot be sent.");
    if (!is_header_value(value))
      return refuse("The header “" + name + "” has a line break or control character.");
    for (const std::string_view own : kOwnHeaders) {
      if (equals_ignoring_case(name, own))
        return refuse("The header “" + name + "” cannot be set by a call.");
    }
  }
  return {};
}

void Transfer::resolved(Result<Addresses> addresses) {
  if (!done_) return;
  timer_.cancel();
  if (!addresses && !setup_->proxy.url.empty()) {
    Error error = std::move(addresses.error());
    error.hint = "list “" + target_.host + "” under egress.proxy_hosts, so that the proxy may look it up";
    return finish(std::unexpected(std::move(error)));
  }
  if (!addresses) return finish(std::unexpected(std::move(addresses.error())));
  if (addresses->empty()) return finish(failure("unresolved"));
  if (auto allowed = check_addresses(target_, *addresses, setup_->egress); !allowed)
    return finish(std::unexpected(std::move(allowed.error())));
  // Who is inside is not behind the proxy.
  const bool outside = std::ranges::all_of(*addresses, [](const IpAddress& address) {
    return reach_of(address) == Reach::open;
  });
  if (!setup_->proxy.url.empty() && outside) return use_proxy();
  addresses_ = std::move(*addresses);
  if (left().count() <= 0) return finish(failure("unreachable"));
  connect();
}

void Transfer::use_proxy() {
  auto proxy = read_target(setup_->proxy.url);
  if (!proxy) {
    return finish(
        fail(ErrorCode::invalid_input, "egress.proxy is not an address: " + proxy.error().message, "bad_url")
    );
  }
  proxied_ = true;
  proxy_ = *std::move(proxy);
  look_up(proxy_, &Transfer::proxy_resolved);
}

// The proxy is the settings' own choice, so it may be inside; what is never called is not called here either.
void Transfer::proxy_resolved(Result<Addresses> addresses) {
  if (!done_) return;
  timer_.cancel();
  if (!addresses || addresses->empty()) return finish(failure("unreachable"));
  if (auto allowed = check_addresses(proxy_, *addresses, {.internal_hosts = {}, .any_internal = true});
      !allowed)
    return finish(std::unexpected(std::move(allowed.error())));
  addresses_ = std::move(*addresses);
  if (left().count() <= 0) return finish(failure("unreachable"));
  connect();
}

void Transfer::connect() {
  easy_ = curl_easy_init();
  url_ = curl_url();
  if (easy_ == nullptr || url_ == nullptr || !set_address()) return finish(failure("bad_url"));
  set_request();
  set_limits();
  set_callbacks();
  heard_ = Clock::now();
  if (request_.stall_timeout_ms > 0) watch_for_silence();
  CurlLoop::of(executor_).begin(shared_from_this());
}

// The host as it was checked is the host that libcurl uses, and it knows no other address of it.
bool Transfer::set_address() {
  const std::string host = target_.literal ? bracketed(*target_.literal) : target_.host;
  if (curl_url_set(url_, CURLUPART_URL, request_.url.c_str(), CURLU_PATH_AS_IS) != CURLUE_OK) return false;
  if (curl_url_set(url_, CURLUPART_HOST, host.c_str(), 0) != CURLUE_OK) return false;
  curl_easy_setopt(easy_, CURLOPT_CURLU, url_);
  curl_easy_setopt(easy_, CURLOPT_PATH_AS_IS, 1L);
  const Target& reached = proxied_ ? proxy_ : target_;
  if (proxied_) set_proxy();
  if (reached.literal) return true;
  std::string known = "+" + reached.host + ":" + std::to_string(reached.port) + ":";
  for (std::size_t i = 0; i < addresses_.size(); ++i) known += (i > 0 ? "," : "") + bracketed(addresses_[i]);
  known_address_ = curl_slist_append(nullptr, known.c_str());
  curl_easy_setopt(easy_, CURLOPT_RESOLVE, known_address_);
  return true;
}

// Through a tunnel for https:, so that the proxy sees no more than the host. What the call is made with goes
// to the service alone, and what the proxy wants to itself alone.
void Transfer::set_proxy() {
  const ProxyOptions& proxy = setup_->proxy;
  const std::string host = proxy_.literal ? bracketed(*proxy_.literal) : proxy_.host;
  const std::string scheme = proxy.url.starts_with("https://") ? "https://" : "http://";
  curl_easy_setopt(easy_, CURLOPT_PROXY, (scheme + host + ":" + std::to_string(proxy_.port)).c_str());
  curl_easy_setopt(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy_, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  if (!setup_->ca_file.empty()) curl_easy_setopt(easy_, CURLOPT_PROXY_CAINFO, setup_->ca_file.c_str());
  if (proxy.credentials.empty()) return;
  const std::size_t colon = std::min(proxy.credentials.find(':'), proxy.credentials.size());
  const std::string password(proxy.credentials, std::min(colon + 1, proxy.credentials.size()));
  curl_easy_setopt(easy_, CURLOPT_PROXYAUTH, static_cast<long>(CURLAUTH_BASIC));
  curl_easy_setopt(easy_, CURLOPT_PROXYUSERNAME, proxy.credentials.substr(0, colon).c_str());
  curl_easy_setopt(easy_, CURLOPT_PROXYPASSWORD, password.c_str());
}

void Transfer::set_request() {
  const bool has_body = !request_.body.empty() || request_.method == "POST" || request_.method == "PUT" ||
                        request_.method == "PATCH";
  if (has_body) {
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request_.body.c_str());
  } else if (request_.method == "HEAD") {
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  }
  curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  bool has_type = false;
  for (const auto& [name, value] : request_.headers) {
    has_type = has_type || equals_ignoring_case(name, "content-type");
    const std::string line = value.empty() ? name + ";" : name + ": " + value;
    header_lines_ = curl_slist_append(header_lines_, line.c_str());
  }
  // Without these libcurl adds a form's type, and waits for a "100 Continue" before large bodies.
  if (has_body && !has_type) header_lines_ = curl_slist_append(header_lines_, "Content-Type:");
  header_lines_ = curl_slist_append(header_lines_, "Expect:");
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, header_lines_);
  curl_easy_setopt(easy_, CURLOPT_USERAGENT, setup_->user_agent.c_str());
  curl_easy_setopt(easy_, CURLOPT_ACCEPT_ENCODING, "gzip");
}

void Transfer::set_limits() {
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  if (!proxied_) curl_easy_setopt(easy_, CURLOPT_PROXY, "");  // or the environment's would be used
  curl_easy_setopt(easy_, CURLOPT_NOPROXY, "");               // likewise
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!setup_->ca_file.empty()) curl_easy_setopt(easy_, CURLOPT_CAINFO, setup_->ca_file.c_str());
  curl_easy_setopt(easy_, CURLOPT_MAXAGE_CONN, kIdleSecondsMax);
  const auto whole = static_cast<long>(left().count());
  curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, whole);
  curl_easy_setopt(
      easy_, CURLOPT_CONNECTTIMEOUT_MS, std::min(whole, static_cast<long>(request_.connect_timeout_ms))
  );
}

void Transfer::set_callbacks() {
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_open);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy_, CURLOPT_PREREQFUNCTION, &Transfer::before_asking);
  curl_easy_setopt(easy_, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
}

curl_socket_t Transfer::on_open(void* self, curlsocktype purpose, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  const auto to = read_socket_address(address->addr);
  const bool checked = to && std::ranges::find(transfer.addresses_, *to) != transfer.addresses_.end();
  if (purpose != CURLSOCKTYPE_IPCXN || !checked) {
    transfer.gave_up_ = "blocked";
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
}

// Connected, perhaps long ago for another call: the last look at the address before the request is sent.
int Transfer::before_asking(void* self, char* remote, char*, int remote_port, int) {
  auto& transfer = *static_cast<Transfer*>(self);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(remote, error);
  const bool proxy = !error && transfer.proxied_ && remote_port == transfer.proxy_.port &&
                     std::ranges::find(transfer.addresses_, address) != transfer.addresses_.end();
  const bool allowed =
      proxy || (!error && !transfer.proxied_ && remote_port == transfer.target_.port &&
                check_addresses(transfer.target_, {&address, 1}, transfer.setup_->egress).has_value());
  if (!allowed) {
    transfer.gave_up_ = "blocked";
    return CURL_PREREQFUNC_ABORT;
  }
  // libcurl would send again when a kept connection broke without an answer; the first may have been acted
  // on.
  if (++transfer.times_asked_ > 1 && !may_be_asked_twice(transfer.request_)) {
    transfer.gave_up_ = "interrupted";
    return CURL_PREREQFUNC_ABORT;
  }
  transfer.heard_ = Clock::now();
  return CURL_PREREQFUNC_OK;
}

std::size_t Transfer::on_header(char* bytes, std::size_t, std::size_t size, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.heard_ = Clock::now();
  if (transfer.gave_up_ != nullptr) return 0;
  transfer.header_bytes_ += size;
  if (transfer.header_bytes_ > kHeaderBytesMax) {
    transfer.gave_up_ = "too_large";
    return 0;
  }
  std::string_view line(bytes, size);
  // A new status line: what came before was provisional (1xx).
  if (line.starts_with("HTTP/")) transfer.answer_.headers.clear();
  const std::size_t colon = line.find(':');
  if (line.starts_with("HTTP/") || colon == std::string_view::npos || transfer.body_bytes_ > 0) return size;
  std::string name(line.substr(0, colon));
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  std::string_view value = line.substr(colon + 1);
  const std::size_t first = std::min(value.find_first_not_of(" \t\r\n"), value.size());
  value = value.substr(first, value.find_last_not_of(" \t\r\n") + 1 - first);
  transfer.answer_.headers.emplace_back(std::move(name), value);
  return size;
}

std::size_t Transfer::on_body(char* bytes, std::size_t, std::size_t size, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.heard_ = Clock::now();
  if (transfer.gave_up_ != nullptr) return 0;
  transfer.body_bytes_ += size;
  if (transfer.body_bytes_ > transfer.request_.max_answer_bytes) {
    transfer.gave_up_ = "too_large";
    return 0;
  }
  long status = 0;
  curl_easy_getinfo(transfer.easy_, CURLINFO_RESPONSE_CODE, &status);
  if (transfer.take_ && status >= 200 && status < 300) {
    const bool wanted = transfer.take_({bytes, size});
    if (wanted && transfer.gave_up_ == nullptr) return size;
    transfer.gave_up_ = "stopped";
    return 0;
  }
  transfer.answer_.body.append(bytes, size);
  return size;
}

void Transfer::watch_for_silence() {
  timer_.expires_at(heard_ + std::chrono::milliseconds(request_.stall_timeout_ms));
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (error || !self || !self->done_) return;
    const auto silent = Clock::now() - self->heard_;
    if (self->times_asked_ > 0 && silent >= std::chrono::milliseconds(self->request_.stall_timeout_ms)) {
      self->give_up("stalled");
      return;
    }
    // Not asked yet: connecting has its own limit.
    if (self->times_asked_ == 0) self->heard_ = Clock::now();
    self->watch_for_silence();
  });
}

void Transfer::cancel() {
  give_up("stopped");
}

void Transfer::give_up(const char* why) {
  if (!done_) return;
  gave_up_ = why;
  if (easy_ != nullptr && !CurlLoop::of(executor_).abandon(*this)) return;
  finish(failure(why));
}

void Transfer::ended(CURLcode outcome) {
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  // Only a proxy asks for that: the service was not called.
  if (proxied_ && status == 407) gave_up_ = "unreachable";
  if (outcome == CURLE_OK && gave_up_ == nullptr) {
    answer_.status = static_cast<int>(status);
    return finish(std::move(answer_));
  }
  curl_says_ = curl_easy_strerror(outcome);
  finish(failure(reason(outcome)));
}

std::string_view Transfer::reason(CURLcode outcome) const {
  if (gave_up_ != nullptr) return gave_up_;
  if (times_asked_ == 0) return outcome == CURLE_COULDNT_RESOLVE_HOST ? "unresolved" : "unreachable";
  return outcome == CURLE_OPERATION_TIMEDOUT ? "timeout" : "interrupted";
}

std::chrono::milliseconds Transfer::left() const {
  return std::chrono::milliseconds(request_.timeout_ms) -
         std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started_);
}

void Transfer::finish(Result<IncomingAnswer> result) {
  if (!done_) return;
  timer_.cancel();
  boost::asio::post(executor_, [done = std::exchange(done_, nullptr), result = std::move(result)]() mutable {
    done(std::move(result));
  });
}

// The host is named, never the URL: its query may hold a key.
std::unexpected<Error> Transfer::failure(std::string_view pointer) const {
  struct Row {
    std::string_view pointer;
    ErrorCode code;
    std::string_view sentence;
    std::string_view hint;
  };
  static constexpr Row kRows[] = {
      {"blocked", ErrorCode::forbidden, " leads to an address that is not called", "see egress.internal_hosts"
      },
      {"bad_url", ErrorCode::invalid_input, " cannot be called at this URL", "check how the URL is written"},
      {"unresolved", ErrorCode::unavailable, " has no address", "check the server's DNS"},
      {"unreachable", ErrorCode::unavailable, " cannot be reached", "check that it runs and its certificate"},
      {"timeout", ErrorCode::deadline_exceeded, " did not answer in time", "it may have acted on the request"
      },
      {"stalled", ErrorCode::deadline_exceeded, " stopped answering", "it may have acted on the request"},
      {"too_large", ErrorCode::too_large, " answered more than is read", "ask it for less, or raise the limit"
      },
      {"stopped", ErrorCode::unavailable, " was not listened to until its end", ""},
      {"interrupted", ErrorCode::unavailable, " ended the call early", "it may have acted on the request"},
  };
  const Row* row = std::ranges::find(kRows, pointer, &Row::pointer);
  INVARIANT(row != std::end(kRows), "every reason has a row");
  std::string message = "“" + target_.host + "”" + std::string(row->sentence);
  if (!curl_says_.empty() && gave_up_ == nullptr) message += " (" + curl_says_ + ")";
  return fail(row->code, message + ".", std::string(pointer), std::string(row->hint));
}

}  // namespace parley::net
