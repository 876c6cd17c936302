// What the server counts, as Prometheus text.
//
// Counters and histograms are written from every loop without contention: each thread has its own row of
// cells, and only a scrape adds them up. Make metrics while starting; they live as long as the registry.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::ops {

// Threads share a row when there are more of them than rows; the cells are atomic, so that costs only time.
inline constexpr std::size_t kMetricRows = 16;
[[nodiscard]] std::size_t metric_row();

class Counter {
 public:
  void add(std::uint64_t by = 1) { cells_[metric_row()].value.fetch_add(by, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const;

 private:
  struct alignas(64) Cell {
    std::atomic<std::uint64_t> value{0};
  };
  std::array<Cell, kMetricRows> cells_{};
};

class Histogram {
 public:
  // In seconds.
  static constexpr std::array<double, 12> kBounds{
      0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5
  };

  void add_us(std::uint64_t duration_us);
  void append(std::string& out, std::string_view name, std::string_view labels) const;

 private:
  struct alignas(64) Row {
    std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> buckets{};
    std::atomic<std::uint64_t> sum_us{0};
  };
  std::array<Row, kMetricRows> rows_{};
};

class Metrics {
 public:
  // `labels` is `route="/v1/chat",status="2xx"` or empty. Metrics of one name are declared one after the
  // other.
  Counter& counter(std::string name, std::string help, std::string labels = {});
  Histogram& histogram(std::string name, std::string help, std::string labels = {});
  // Read when somebody asks.
  void gauge(std::string name, std::string help, std::function<double()> read, std::string labels = {});
  void counter_from(
      std::string name, std::string help, std::function<double()> read, std::string labels = {}
  );
  // A family that writes itself.
  void family(std::function<void(std::string& out)> append);

  [[nodiscard]] std::string text() const;

 private:
  enum class Kind : std::uint8_t { counter, histogram, gauge, counter_from, family };
  struct Entry {
    Kind kind;
    std::string name;
    std::string help;
    std::string labels;
    std::size_t index = 0;
  };
  void append(std::string& out, const Entry& entry) const;

  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  std::deque<Counter> counters_;
  std::deque<Histogram> histograms_;
  std::deque<std::function<double()>> reads_;
  std::deque<std::function<void(std::string&)>> families_;
};

// The parts of the text form, for families that write themselves.
void append_metric_head(
    std::string& out, std::string_view name, std::string_view help, std::string_view type
);
void append_metric(std::string& out, std::string_view name, std::string_view labels, double value);
// Cumulative buckets from plain counts; `counts` has one more entry than `bounds`.
void append_histogram(
    std::string& out,
    std::string_view name,
    std::string_view labels,
    std::span<const double> bounds,
    std::span<const std::uint64_t> counts,
    double sum
);

}  // namespace parley::ops
