// The functions that the WebAssembly module exports. Memory that the host fills comes from parley_alloc; the
// answer stays valid until the next call.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "edge/session.hpp"

#define PARLEY_EXPORT(name) __attribute__((export_name(name), used))

namespace {

// One session a module instance: whoever wants several conversations makes several instances.
parley::edge::Session& session() {
  static auto* const one = new parley::edge::Session;
  return *one;
}

std::string& last_answer() {
  static auto* const text = new std::string;
  return *text;
}

}  // namespace

extern "C" {

PARLEY_EXPORT("parley_alloc") void* parley_alloc(std::size_t size) {
  return std::malloc(size);
}
PARLEY_EXPORT("parley_free") void parley_free(void* memory) {
  std::free(memory);
}

PARLEY_EXPORT("parley_handle") const char* parley_handle(const char* request, std::size_t size) {
  last_answer() = session().handle({request, size});
  return last_answer().data();
}
PARLEY_EXPORT("parley_answer_size") std::size_t parley_answer_size() {
  return last_answer().size();
}

PARLEY_EXPORT("parley_message")
std::size_t parley_message(const char* text, std::size_t size, std::int32_t at_seconds) {
  return session().message({text, size}, at_seconds);
}

}  // extern "C"
