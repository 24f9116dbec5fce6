// The client's calls at the desk.
#include <algorithm>

#include "coordinator/desk/desk.h"
#include "coordinator/desk/order_status.h"
#include "coordinator/package/seal.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

absl::Status AnotherAlbum(const std::string& order) {
  return absl::AlreadyExistsError(
      fmt::format("the order {} is there already, of another album; choose another id", Quoted(order)));
}

}  // namespace

void Desk::Submit(const Order& order, std::vector<std::string> forgotten, int64_t free_bytes,
                  absl::Duration now, Answer<SubmitResponse> answer) {
  now_ = now;
  const auto tell = [this, answer, id = order.id(), request = order.request_sha256()] {
    const BookedOrder& booked = *book_.Find(id);
    if (booked.order.request_sha256() != request) return Give<SubmitResponse>(answer, AnotherAlbum(id));
    SubmitResponse response;
    *response.mutable_status() = StatusOfOrder(booked);
    Give<SubmitResponse>(answer, std::move(response));
  };
  if (book_.Find(order.id()) != nullptr) return tell();
  const absl::StatusOr<std::vector<std::string>> in_the_way = PrintsToForgetFor(order, free_bytes);
  if (!in_the_way.ok()) return Give<SubmitResponse>(answer, in_the_way.status());
  ForgetPrints(*in_the_way, nullptr);
  ForgetJobs(std::move(forgotten));
  Update update;
  *update.mutable_order_accepted() = order;
  Journal(std::move(update), [this, answer, tell](const absl::Status& status) {
    if (!status.ok()) return Give<SubmitResponse>(answer, status);
    tell();
  });
}

OrderStatus Desk::StatusOfOrder(const BookedOrder& booked) const {
  OrderStatus status = StatusOf(book_, booked, [this](const std::string& key) -> int64_t {
    const LeaseEntry* holder = table_.HolderOf(key);
    return holder == nullptr ? -1 : holder->steps_done;
  });
  status.set_trouble(TroubleOf(booked));
  return status;
}

std::string Desk::TroubleOf(const BookedOrder& booked) const {
  if (booked.HasEnded()) return "";
  if (!journal_trouble_.ok()) {
    return fmt::format("the coordinator cannot write its journal: {}",
                       std::string(journal_trouble_.message()));
  }
  if (!store_trouble_.empty()) return store_trouble_;
  const auto& workers = table_.workers();
  if (std::none_of(workers.begin(), workers.end(),
                   [this](const auto& one) { return table_.IsLive(one.second, now_); }))
    return "no worker is there";
  const int version =
      booked.order.plan().jobs().empty() ? 0 : booked.order.plan().jobs(0).job().engine_version();
  if (std::none_of(workers.begin(), workers.end(), [&](const auto& one) {
        return table_.IsLive(one.second, now_) && one.second.card.engine_version() == version;
      }))
    return fmt::format("no worker renders with engine {}, for which the order was planned", version);
  for (const BookedSong& song : booked.songs) {
    if (!song.is_open) continue;
    for (const PlannedJob* job : song.jobs) {
      const std::vector<Failure>& failures = book_.FailuresOf(job->key());
      if (book_.IsDone(job->key()) || failures.empty()) continue;
      return fmt::format("tried again after {} failed: {}", failures.back().worker, failures.back().reason);
    }
  }
  return "";
}

void Desk::Status(const std::string& order, Answer<OrderStatus> answer) {
  const BookedOrder* booked = book_.Find(order);
  if (booked == nullptr) return Give<OrderStatus>(answer, NoSuchOrder(order));
  Give<OrderStatus>(answer, StatusOfOrder(*booked));
}

void Desk::List(Answer<ListResponse> answer) {
  ListResponse response;
  for (const auto& [sequence, booked] : book_.orders()) *response.add_orders() = StatusOfOrder(*booked);
  Give<ListResponse>(answer, std::move(response));
}

void Desk::Change(Update update, const std::string& order, const Answer<OrderStatus>& answer) {
  if (book_.Find(order) == nullptr) return Give<OrderStatus>(answer, NoSuchOrder(order));
  Journal(std::move(update), [this, order, answer](const absl::Status& status) {
    if (!status.ok()) return Give<OrderStatus>(answer, status);
    DropUnneededLeases();
    Give<OrderStatus>(answer, StatusOfOrder(*book_.Find(order)));
  });
}

void Desk::Cancel(const std::string& order, Answer<OrderStatus> answer) {
  Update update;
  update.set_order_canceled(order);
  Change(std::move(update), order, answer);
}

void Desk::Pause(const std::string& order, Answer<OrderStatus> answer) {
  Update update;
  update.set_order_paused(order);
  Change(std::move(update), order, answer);
}

void Desk::Resume(const std::string& order, Answer<OrderStatus> answer) {
  Update update;
  update.set_order_resumed(order);
  Change(std::move(update), order, answer);
}

void Desk::GetPackage(const std::string& order, Answer<Package> answer) {
  const BookedOrder* booked = book_.Find(order);
  if (booked == nullptr) return Give<Package>(answer, NoSuchOrder(order));
  if (StateOf(*booked) != OrderStatus::done) {
    return Give<Package>(
        answer, absl::FailedPreconditionError(fmt::format("the order {} is {}", Quoted(order),
                                                          OrderStatus::State_Name(StateOf(*booked)))));
  }
  Give<Package>(answer, SealPackage(booked->order.album(), booked->order.spec_text(), booked->order.plan(),
                                    book_.ResultsOf(*booked)));
}

WorkerStatus Desk::StatusOfWorker(const WorkerEntry& worker) const {
  WorkerStatus status;
  status.set_name(worker.card.name());
  status.set_slots(worker.card.slots());
  status.set_leases(static_cast<int32_t>(worker.nonces.size()));
  status.set_build(worker.card.build());
  status.set_engine_version(worker.card.engine_version());
  status.set_jobs_done(worker.jobs_done);
  status.set_failures(worker.failures);
  const bool is_waiting = std::any_of(waiting_.begin(), waiting_.end(), [&](const Waiting& one) {
    return one.request.worker().name() == worker.card.name();
  });
  const absl::Duration silence = is_waiting ? absl::ZeroDuration() : now_ - worker.heard;
  status.set_seconds_since_heard(absl::ToDoubleSeconds(silence));
  status.set_trouble(worker.quarantine.empty() ? worker.trouble : worker.quarantine);
  status.set_state(!worker.quarantine.empty()  ? WorkerStatus::quarantined
                   : silence > settings_.lease ? WorkerStatus::gone
                   : worker.is_draining        ? WorkerStatus::draining
                   : !worker.nonces.empty()    ? WorkerStatus::rendering
                                               : WorkerStatus::idle);
  return status;
}

void Desk::ListWorkers(Answer<ListWorkersResponse> answer) {
  ListWorkersResponse response;
  for (const auto& [name, worker] : table_.workers()) *response.add_workers() = StatusOfWorker(worker);
  Give<ListWorkersResponse>(answer, std::move(response));
}

void Desk::Drain(const std::string& worker, Answer<WorkerStatus> answer) {
  WorkerEntry* entry = table_.FindWorker(worker);
  if (entry == nullptr) {
    return Give<WorkerStatus>(
        answer, absl::NotFoundError(
                    fmt::format("the farm has no worker {}; trackout workers shows them", Quoted(worker))));
  }
  entry->is_draining = true;
  std::erase_if(waiting_, [&](const Waiting& one) {
    if (one.request.worker().name() != worker) return false;
    AcquireResponse response;
    response.set_drain(true);
    Give<AcquireResponse>(one.answer, std::move(response));
    return true;
  });
  Give<WorkerStatus>(answer, StatusOfWorker(*entry));
}

}  // namespace trackout
