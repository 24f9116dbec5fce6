#include "client/farm/farm_tables.h"

#include <algorithm>
#include <vector>

#include "client/tables.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

using Row = std::vector<std::string>;

// Columns as wide as what is in them; the last one is as long as it is.
std::string Columns(const std::vector<Row>& rows) {
  std::vector<size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], TextWidth(row[i]));
  }
  std::string table;
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) line += (i == 0 ? "" : "  ") + Filled(row[i], widths[i]);
    table += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return table;
}

std::string TimeText(int64_t unix_ms, absl::TimeZone zone) {
  return unix_ms == 0 ? "" : absl::FormatTime("%Y-%m-%d %H:%M", absl::FromUnixMillis(unix_ms), zone);
}

std::string StateText(const OrderStatus& status) {
  std::string text = OrderStatus::State_Name(status.state());
  if (status.state() == OrderStatus::done) text += ", proofs " + status.verdict();
  return text;
}

int PercentOf(int64_t done, int64_t total) {
  return total > 0 ? static_cast<int>(100 * done / total) : 0;
}

int PercentOf(const OrderStatus& status) {
  int64_t done = 0, total = 0;
  for (const SongStatus& song : status.songs()) {
    done += song.steps_done();
    total += song.steps_total();
  }
  return PercentOf(done, total);
}

std::string NameOf(const OrderStatus& status) {
  return Printable(fmt::format("{} by {}", status.album(), status.artist()));
}

}  // namespace

std::string OrderTable(const ListResponse& orders, absl::TimeZone zone) {
  std::vector<Row> rows{{"order", "state", "done", "songs", "submitted", "album"}};
  for (const OrderStatus& status : orders.orders()) {
    rows.push_back({status.order(), StateText(status), fmt::format("{:3d} %", PercentOf(status)),
                    fmt::format("{:5d}", status.songs_size()), TimeText(status.submitted_unix_ms(), zone),
                    NameOf(status)});
  }
  return Columns(rows) + Counted(orders.orders_size(), "order") + "\n";
}

std::string OrderText(const OrderStatus& status, absl::TimeZone zone) {
  std::string text = fmt::format("{}: {}: {}\n", status.order(), NameOf(status), StateText(status));
  text += fmt::format("submitted {}", TimeText(status.submitted_unix_ms(), zone));
  if (status.ended_unix_ms() != 0) text += fmt::format(", ended {}", TimeText(status.ended_unix_ms(), zone));
  text += "\n";
  std::vector<Row> rows{{"song", "state", "done", "jobs", "title"}};
  for (const SongStatus& song : status.songs()) {
    std::string title = Printable(song.title());
    if (!song.failure().empty()) title += ": " + Printable(song.failure());
    rows.push_back({fmt::format("{:4d}", song.number()), SongStatus::State_Name(song.state()),
                    fmt::format("{:3d} %", PercentOf(song.steps_done(), song.steps_total())),
                    fmt::format("{}/{}", song.jobs_done(), song.jobs_total()), title});
  }
  text += Columns(rows);
  if (!status.trouble().empty()) text += Printable(status.trouble()) + "\n";
  return text;
}

std::string WorkerTable(const ListWorkersResponse& workers) {
  std::vector<Row> rows{
      {"worker", "state", "slots", "leases", "jobs", "failures", "heard", "build", "trouble"}};
  for (const WorkerStatus& worker : workers.workers()) {
    rows.push_back({Printable(worker.name()), WorkerStatus::State_Name(worker.state()),
                    fmt::format("{:5d}", worker.slots()), fmt::format("{:6d}", worker.leases()),
                    fmt::format("{:4d}", worker.jobs_done()), fmt::format("{:8d}", worker.failures()),
                    fmt::format("{:.0f} s ago", worker.seconds_since_heard()), Printable(worker.build()),
                    Printable(worker.trouble())});
  }
  return Columns(rows) + Counted(workers.workers_size(), "worker") + "\n";
}

std::string WhyNotDone(const OrderStatus& status) {
  if (status.state() == OrderStatus::canceled) return fmt::format("order {} was canceled", status.order());
  if (status.state() != OrderStatus::failed) return "";
  std::string why = fmt::format("order {} has failed", status.order());
  for (const SongStatus& song : status.songs()) {
    if (song.state() != SongStatus::failed) continue;
    why += fmt::format("; song {}: {}", Quoted(song.title()), song.failure());
  }
  return why;
}

}  // namespace trackout
