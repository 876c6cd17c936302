// Certificates: a server of our own with one that OpenSSL makes here.
#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <thread>

#include "server/net/client/curl_client.hpp"
#include "server/net/client/test_calls.hpp"

using namespace parley;
using namespace parley::net;
using namespace parley::net::test;

namespace {

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* pointer) const {
    kFree(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;

// For the name "shop.example", signed by itself, valid from a day ago for `days`.
Certificate certificate_for(EVP_PKEY* key, int days) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -86'400);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), (days - 1) * 86'400L);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(
      name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("shop.example"), -1, -1, 0
  );
  X509_set_issuer_name(certificate.get(), name);
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:shop.example");
  X509_add_ext(certificate.get(), names, -1);
  X509_EXTENSION_free(names);
  REQUIRE(X509_sign(certificate.get(), key, EVP_sha256()) > 0);
  return certificate;
}

// Speaks TLS to one connection after another and answers each request with "hello".
class TlsPeer {
 public:
  explicit TlsPeer(int days = 2) : key_(EVP_RSA_gen(2048)), context_(SSL_CTX_new(TLS_server_method())) {
    const Certificate certificate = certificate_for(key_.get(), days);
    REQUIRE(SSL_CTX_use_certificate(context_.get(), certificate.get()) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey(context_.get(), key_.get()) == 1);
    std::FILE* file = std::fopen(ca_file_.c_str(), "w");
    REQUIRE(file != nullptr);
    PEM_write_X509(file, certificate.get());
    std::fclose(file);
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_, 16) == 0);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~TlsPeer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    std::filesystem::remove(ca_file_);
  }
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;

  [[nodiscard]] const std::string& ca_file() const { return ca_file_; }
  [[nodiscard]] std::string host(std::string_view name) const {
    return std::string(name) + ":" + std::to_string(port_);
  }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  void run() {
    for (;;) {
      const int socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0) return;
      const std::unique_ptr<SSL, Freed<SSL_free>> tls(SSL_new(context_.get()));
      SSL_set_fd(tls.get(), socket);
      char buffer[4096];
      if (SSL_accept(tls.get()) == 1 && SSL_read(tls.get(), buffer, sizeof buffer) > 0) {
        ++requests_;
        constexpr std::string_view kAnswer =
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
        SSL_write(tls.get(), kAnswer.data(), static_cast<int>(kAnswer.size()));
        SSL_shutdown(tls.get());
      }
      ::close(socket);
    }
  }

  Key key_;
  std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>> context_;
  std::string ca_file_ =
      (std::filesystem::temp_directory_path() / ("parley-ca-" + std::to_string(::getpid()) + ".pem"))
          .string();
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

std::shared_ptr<Resolver> here() {
  return std::make_shared<ScriptedResolver>(std::map<std::string, std::vector<std::vector<std::string>>>{
      {"shop.example", {{"127.0.0.1"}}}, {"other.example", {{"127.0.0.1"}}}
  });
}

}  // namespace

TEST_CASE(
    "a server is believed only with a certificate for its name, from somebody trusted, that has not run out"
) {
  const TlsPeer good;
  struct Row {
    const char* name;
    const char* host;
    bool trusted;
    bool answered;
  };
  const Row rows[] = {
      {"its name, trusted", "shop.example", true, true},
      {"its name, but nobody vouches for it", "shop.example", false, false},
      {"another name", "other.example", true, false},
      {"its address", "127.0.0.1", true, false},
  };
  int answered = 0;
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Loop loop;
    const auto client = make_http_client(
        {.egress = {.any_internal = true}, .ca_file = row.trusted ? good.ca_file() : "", .resolver = here()}
    );
    const auto answer =
        loop.run(client->send({.method = "POST", .url = "https://" + good.host(row.host) + "/"}));
    CHECK(answer.has_value() == row.answered);
    answered += row.answered ? 1 : 0;
    // The request, which may hold a credential, was never sent.
    CHECK(good.requests() == answered);
    if (!answer) CHECK(answer.error().pointer == "unreachable");
  }
}

TEST_CASE("a certificate that has run out is not accepted") {
  const TlsPeer expired(0);
  Loop loop;
  const auto client =
      make_http_client({.egress = {.any_internal = true}, .ca_file = expired.ca_file(), .resolver = here()});
  const auto answer = loop.run(client->send({.url = "https://" + expired.host("shop.example") + "/"}));
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().pointer == "unreachable");
  CHECK(expired.requests() == 0);
}
