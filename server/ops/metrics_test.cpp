// The text that a Prometheus server reads.
#include "server/ops/metrics.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace parley::ops;

TEST_CASE("counters of all threads add up") {
  Metrics metrics;
  Counter& counter = metrics.counter("parley_things_total", "Things.");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) counter.add();
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(counter.value() == 4000);
}

TEST_CASE("a family has one head and a line per label set") {
  Metrics metrics;
  metrics.counter("parley_requests_total", "Requests.", R"(route="/a")").add(2);
  metrics.counter("parley_requests_total", "Requests.", R"(route="/b")").add(1);
  metrics.gauge("parley_open", "Open now.", [] { return 1.5; });
  CHECK(
      metrics.text() ==
      "# HELP parley_requests_total Requests.\n# TYPE parley_requests_total counter\n"
      "parley_requests_total{route=\"/a\"} 2\nparley_requests_total{route=\"/b\"} 1\n"
      "# HELP parley_open Open now.\n# TYPE parley_open gauge\nparley_open 1.5\n"
  );
}

TEST_CASE("histogram buckets are cumulative") {
  Metrics metrics;
  Histogram& histogram = metrics.histogram("t_seconds", "T.", R"(x="1")");
  histogram.add_us(50);
  histogram.add_us(800);
  histogram.add_us(9'000'000);
  const std::string text = metrics.text();
  CHECK(text.find("t_seconds_bucket{x=\"1\",le=\"0.00005\"} 1\n") != std::string::npos);
  CHECK(text.find("t_seconds_bucket{x=\"1\",le=\"0.001\"} 2\n") != std::string::npos);
  CHECK(text.find("t_seconds_bucket{x=\"1\",le=\"+Inf\"} 3\n") != std::string::npos);
  CHECK(text.find("t_seconds_sum{x=\"1\"} 9.00085\n") != std::string::npos);
  CHECK(text.find("t_seconds_count{x=\"1\"} 3\n") != std::string::npos);
}
