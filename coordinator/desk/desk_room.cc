// Room in the store: what orders need of it, and the kept prints, which give way.
#include <algorithm>
#include <set>

#include "coordinator/desk/desk.h"
#include "coordinator/desk/order_status.h"
#include "coordinator/planner/room.h"
#include "core/digest.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

// Until prints are forgotten again, where that could not be written down: not with every tick.
constexpr absl::Duration kBoundsRest = absl::Seconds(1);
// A store whose disk does not tell says that it has all that fits into 64 bits.
constexpr int64_t kLargestDisk = int64_t{1} << 60;

}  // namespace

void Desk::MakeRoomFor(const Order& order, int64_t free_bytes, const SubmitResponse& response,
                       const Answer<SubmitResponse>& answer) {
  const absl::StatusOr<std::vector<std::string>> in_the_way = PrintsToForgetFor(order, free_bytes);
  if (!in_the_way.ok()) return Give<SubmitResponse>(answer, in_the_way.status());
  if (in_the_way->empty()) return Give<SubmitResponse>(answer, response);
  ForgetPrints(*in_the_way, [this, response, answer](const absl::Status& status) {
    Give<SubmitResponse>(answer, status.ok() ? absl::StatusOr<SubmitResponse>(response) : status);
  });
}

bool Desk::MakeRoom(int64_t bytes, int64_t free_bytes) {
  const std::vector<std::string> prints = PrintsThatMayGo({});
  const std::optional<size_t> count = PrintsInTheWay(prints, bytes, free_bytes);
  if (!count || *count == 0) return false;
  ForgetPrints({prints.begin(), prints.begin() + static_cast<std::ptrdiff_t>(*count)}, nullptr);
  return true;
}

void Desk::BoundKeptPrints(int64_t free_bytes) {
  if (now_ < bounds_rest_until_) return;
  // What is being forgotten counts as room: it is no reason to forget more.
  int64_t kept = book_.kept_bytes();
  const int64_t room = std::min(free_bytes, kLargestDisk) + kept - settings_.room_beside_prints;
  const int64_t most = std::clamp<int64_t>(room / kShareOfKeptPrints, 0, settings_.most_kept_print_bytes);
  if (kept <= most) return;
  std::vector<std::string> too_old;
  for (const std::string& print : PrintsThatMayGo({})) {
    if (kept <= most) break;
    kept -= book_.BytesOf(print);
    too_old.push_back(print);
  }
  ForgetPrints(too_old, nullptr);
}

std::vector<std::string> Desk::PrintsThatMayGo(const RenderPlan& plan) const {
  std::set<std::string> soon_read;
  const auto look_at = [&](const Pending& pending) {
    for (const PlannedJob& job : pending.update.order_accepted().plan().jobs()) soon_read.insert(job.key());
    // What is made again reads what it read.
    for (const std::string& key : pending.update.results_forgotten().job_keys()) {
      if (const PlannedJob* job = FindJob(key)) soon_read.insert(job->needs().begin(), job->needs().end());
    }
  };
  std::for_each(queued_.begin(), queued_.end(), look_at);
  std::for_each(in_flight_.begin(), in_flight_.end(), look_at);
  std::set<std::string> read_by_plan;
  for (const PlannedJob& job : plan.jobs()) read_by_plan.insert(job.key());
  std::vector<std::string> going, oldest, last;
  for (const auto& [since, key] : book_.kept_prints()) {
    if (forgetting_.contains(key)) {
      going.push_back(key);
    } else if (!soon_read.contains(key)) {
      (read_by_plan.contains(key) ? last : oldest).push_back(key);
    }
  }
  going.insert(going.end(), oldest.begin(), oldest.end());
  going.insert(going.end(), last.begin(), last.end());
  return going;
}

std::optional<size_t> Desk::PrintsInTheWay(const std::vector<std::string>& prints, int64_t bytes,
                                           int64_t& free_bytes) const {
  std::set<std::string> gone;
  for (const std::string& print : prints) {
    if (bytes <= free_bytes) break;
    gone.insert(print);
    // Silence and doubled tracks: bytes are free when the last job that made them is forgotten.
    for (const Rendered& output : book_.ResultOf(print)->outputs()) {
      const std::vector<std::string> makers = book_.MakersOf(output.digest());
      if (std::all_of(makers.begin(), makers.end(), [&](const auto& maker) { return gone.contains(maker); }))
        free_bytes += output.digest().size_bytes();
    }
  }
  if (bytes > free_bytes) return std::nullopt;
  return gone.size();
}

absl::StatusOr<std::vector<std::string>> Desk::PrintsToForgetFor(const Order& order,
                                                                 int64_t free_bytes) const {
  const int64_t needed = OutputBytes(order.plan(), order.bundling());
  const int64_t reserved = ReservedBytes();
  if (needed + reserved <= free_bytes) return std::vector<std::string>();
  std::vector<std::string> prints = PrintsThatMayGo(order.plan());
  const std::optional<size_t> count = PrintsInTheWay(prints, needed + reserved, free_bytes);
  if (!count) {
    return absl::ResourceExhaustedError(
        fmt::format("the disk is full: the order needs {}, {} are free, and other orders need {} of them",
                    SizeText(needed), SizeText(std::max<int64_t>(0, free_bytes)), SizeText(reserved)));
  }
  prints.resize(*count);
  return prints;
}

// What the orders before this one will still write.
int64_t Desk::ReservedBytes() const {
  double bytes = 0;
  for (const auto& [sequence, booked] : book_.orders()) {
    if (booked->HasEnded()) continue;
    const OrderStatus status = StatusOfOrder(*booked);
    int64_t total = 0, done = 0;
    for (const SongStatus& song : status.songs()) {
      total += song.jobs_total();
      done += song.jobs_done();
    }
    const double rest = total > 0 ? 1 - static_cast<double>(done) / static_cast<double>(total) : 0;
    bytes += rest * static_cast<double>(OutputBytes(booked->order.plan(), booked->order.bundling()));
  }
  return static_cast<int64_t>(bytes);
}

void Desk::ForgetPrints(const std::vector<std::string>& prints,
                        std::function<void(const absl::Status&)> settle) {
  std::vector<std::string> forgotten;
  std::vector<Digest> blobs;
  int64_t bytes = 0;
  Update update;
  for (const std::string& key : prints) {
    if (!forgetting_.insert(key).second) continue;
    for (const Rendered& output : book_.ResultOf(key)->outputs()) blobs.push_back(output.digest());
    bytes += book_.BytesOf(key);
    update.mutable_results_forgotten()->add_job_keys(key);
    forgotten.push_back(key);
  }
  if (forgotten.empty()) {
    if (settle) settle(absl::OkStatus());
    return;
  }
  Journal(std::move(update), [this, forgotten, blobs, bytes, settle](const absl::Status& status) {
    for (const std::string& key : forgotten) forgetting_.erase(key);
    if (status.ok()) {
      unread_.insert(unread_.end(), blobs.begin(), blobs.end());
      notes_.push_back(fmt::format("{} prints that no open song reads are forgotten, {}", forgotten.size(),
                                   SizeText(bytes)));
    } else {
      bounds_rest_until_ = now_ + kBoundsRest;
    }
    if (settle) settle(status);
  });
}

}  // namespace trackout
