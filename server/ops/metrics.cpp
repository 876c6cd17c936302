#include "server/ops/metrics.hpp"

#include <utility>

#include "base/json.hpp"

namespace parley::ops {

namespace {

void append_labels(std::string& out, std::string_view labels, std::string_view extra = {}) {
  if (labels.empty() && extra.empty()) return;
  out += '{';
  out += labels;
  if (!labels.empty() && !extra.empty()) out += ',';
  out += extra;
  out += '}';
}

constexpr std::string_view type_name(bool counter) {
  return counter ? "counter" : "gauge";
}

}  // namespace

std::size_t metric_row() {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t row = next.fetch_add(1, std::memory_order_relaxed) % kMetricRows;
  return row;
}

std::uint64_t Counter::value() const {
  std::uint64_t sum = 0;
  for (const Cell& cell : cells_) sum += cell.value.load(std::memory_order_relaxed);
  return sum;
}

void Histogram::add_us(std::uint64_t duration_us) {
  const double seconds = static_cast<double>(duration_us) * 1e-6;
  std::size_t i = 0;
  while (i < kBounds.size() && seconds > kBounds[i]) ++i;
  Row& row = rows_[metric_row()];
  row.buckets[i].fetch_add(1, std::memory_order_relaxed);
  row.sum_us.fetch_add(duration_us, std::memory_order_relaxed);
}

void Histogram::append(std::string& out, std::string_view name, std::string_view labels) const {
  std::array<std::uint64_t, kBounds.size() + 1> counts{};
  std::uint64_t sum_us = 0;
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < counts.size(); ++i)
      counts[i] += row.buckets[i].load(std::memory_order_relaxed);
    sum_us += row.sum_us.load(std::memory_order_relaxed);
  }
  append_histogram(out, name, labels, kBounds, counts, static_cast<double>(sum_us) * 1e-6);
}

Counter& Metrics::counter(std::string name, std::string help, std::string labels) {
  const std::lock_guard lock(mutex_);
  entries_.push_back({Kind::counter, std::move(name), std::move(help), std::move(labels), counters_.size()});
  return counters_.emplace_back();
}

Histogram& Metrics::histogram(std::string name, std::string help, std::string labels) {
  const std::lock_guard lock(mutex_);
  entries_.push_back(
      {Kind::histogram, std::move(name), std::move(help), std::move(labels), histograms_.size()}
  );
  return histograms_.emplace_back();
}

void Metrics::gauge(std::string name, std::string help, std::function<double()> read, std::string labels) {
  const std::lock_guard lock(mutex_);
  entries_.push_back({Kind::gauge, std::move(name), std::move(help), std::move(labels), reads_.size()});
  reads_.push_back(std::move(read));
}

void Metrics::counter_from(
    std::string name, std::string help, std::function<double()> read, std::string labels
) {
  const std::lock_guard lock(mutex_);
  entries_.push_back({Kind::counter_from, std::move(name), std::move(help), std::move(labels), reads_.size()}
  );
  reads_.push_back(std::move(read));
}

void Metrics::family(std::function<void(std::string&)> append_family) {
  const std::lock_guard lock(mutex_);
  entries_.push_back({Kind::family, {}, {}, {}, families_.size()});
  families_.push_back(std::move(append_family));
}

void Metrics::append(std::string& out, const Entry& entry) const {
  switch (entry.kind) {
    case Kind::counter:
      append_metric(out, entry.name, entry.labels, static_cast<double>(counters_[entry.index].value()));
      return;
    case Kind::histogram:
      histograms_[entry.index].append(out, entry.name, entry.labels);
      return;
    case Kind::gauge:
    case Kind::counter_from:
      append_metric(out, entry.name, entry.labels, reads_[entry.index]());
      return;
    case Kind::family:
      families_[entry.index](out);
      return;
  }
}

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  std::string_view last;
  for (const Entry& entry : entries_) {
    if (entry.kind != Kind::family && entry.name != last) {
      const bool counts = entry.kind == Kind::counter || entry.kind == Kind::counter_from;
      append_metric_head(
          out, entry.name, entry.help, entry.kind == Kind::histogram ? "histogram" : type_name(counts)
      );
    }
    last = entry.name;
    append(out, entry);
  }
  return out;
}

void append_metric_head(
    std::string& out, std::string_view name, std::string_view help, std::string_view type
) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n");
  out.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void append_metric(std::string& out, std::string_view name, std::string_view labels, double value) {
  out += name;
  append_labels(out, labels);
  out += ' ';
  append_json_number(out, value);
  out += '\n';
}

void append_histogram(
    std::string& out,
    std::string_view name,
    std::string_view labels,
    std::span<const double> bounds,
    std::span<const std::uint64_t> counts,
    double sum
) {
  const std::string bucket = std::string(name) + "_bucket";
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    total += counts[i];
    std::string edge = "le=\"";
    if (i < bounds.size()) {
      append_json_number(edge, bounds[i]);
    } else {
      edge += "+Inf";
    }
    edge += '"';
    out += bucket;
    append_labels(out, labels, edge);
    out.append(" ").append(std::to_string(total)).append("\n");
  }
  append_metric(out, std::string(name) + "_sum", labels, sum);
  append_metric(out, std::string(name) + "_count", labels, static_cast<double>(total));
}

}  // namespace parley::ops
