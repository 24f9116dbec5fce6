#include "coordinator/coordinator.h"

#include <sys/random.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <set>

#include "coordinator/planner/planner.h"
#include "core/job_key.h"
#include "core/order_id.h"
#include "core/spec/spec_reader.h"
#include "core/text.h"
#include "fmt/format.h"
#include "spdlog/spdlog.h"

namespace trackout {
namespace {

// Leases and questions are looked at this often; what a call leads to does not wait for it.
constexpr auto kTick = std::chrono::milliseconds(100);
// Of a sound file, far above any recorder.
constexpr int kMostChannels = 1024;
// Of why a worker gives a lease back: it is kept in the journal.
constexpr size_t kMostReasonBytes = 2048;

// Goes on while the machine sleeps.
absl::Duration Now() {
  timespec time{};
  clock_gettime(CLOCK_BOOTTIME, &time);
  return absl::DurationFromTimespec(time);
}

int64_t UnixMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string NewNonce() {
  std::string nonce(16, '\0');
  size_t filled = 0;
  while (filled < nonce.size()) {
    const ssize_t count = getrandom(nonce.data() + filled, nonce.size() - filled, 0);
    if (count > 0) filled += static_cast<size_t>(count);
  }
  return nonce;
}

absl::Status WrongAlbum(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    if (finding.severity() != Finding::error) continue;
    return absl::InvalidArgumentError(
        fmt::format("the album is wrong: {}: {}", finding.place(), finding.message()));
  }
  return absl::OkStatus();
}

// What makes two orders the same: the album, the sound of its sources. Not how its jobs are handed out, nor
// how a library calls a coding.
std::string IdentityOf(const SubmitRequest& request) {
  SubmitRequest same = request;
  same.clear_bundling();
  for (Source& source : *same.mutable_sources()) {
    source.clear_encoding();
    source.clear_doubts();
  }
  return DigestOf(CanonicalEncoding(same)).sha256();
}

// The album, checked and planned. Who sent it has done both; a farm believes nobody.
absl::StatusOr<RenderPlan> PlanOf(const SubmitRequest& request) {
  // The text is what counts: reading it again checks every value of it.
  Spec spec = ReadSpecText("album.yaml", request.spec_text(), Solo::kAllow);
  if (absl::Status right = WrongAlbum(spec.findings); !right.ok()) return right;
  if (spec.album.songs().empty() || CanonicalEncoding(spec.album) != CanonicalEncoding(request.album()))
    return absl::InvalidArgumentError("the album is not what its text says");
  Sources sources;
  for (const Source& source : request.sources()) {
    if (!IsValid(source.digest()) || source.channels() < 1 || source.channels() > kMostChannels ||
        source.sample_rate() < 1 || source.sample_rate() > kHighestRate || source.frames() < 0 ||
        source.frames() > kLongestFileFrames) {
      return absl::InvalidArgumentError(fmt::format("{} is described as no sound", Quoted(source.path())));
    }
    sources[source.path()] = source;
  }
  std::vector<Finding> findings = std::move(spec.findings);
  for (const SourceUse& use : SourceUses(request.album())) {
    if (sources.contains(use.path)) continue;
    return absl::InvalidArgumentError(
        fmt::format("{}: the source {} was not submitted", use.who, Quoted(use.path)));
  }
  RenderPlan plan = PlanAlbum(request.album(), sources, findings);
  if (absl::Status right = WrongAlbum(findings); !right.ok()) return right;
  return plan;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Coordinator>> Coordinator::Start(const DeskSettings& settings,
                                                                Journal& journal, FileStore& store) {
  const absl::StatusOr<int64_t> term = journal.BeginTerm();
  if (!term.ok()) return term.status();
  std::unique_ptr<Coordinator> coordinator(new Coordinator(settings, *term, journal, store));
  Desk& desk = coordinator->desk_;
  int64_t updates = 0;
  const absl::Status read = journal.Replay([&](const Update& update) {
    desk.Replay(update);
    ++updates;
  });
  if (!read.ok()) return read;
  spdlog::info("term {}: the journal has {} updates, the book {} orders", *term, updates,
               desk.book().orders().size());
  desk.Begin(Now());
  coordinator->writer_ = std::thread([&shell = *coordinator] { shell.WriteJournal(); });
  coordinator->clock_ = std::thread([&shell = *coordinator] { shell.WatchClock(); });
  return coordinator;
}

Coordinator::Coordinator(const DeskSettings& settings, int64_t term, Journal& journal, FileStore& store)
    : journal_(journal), store_(store), desk_(settings, term, NewNonce) {}

Coordinator::~Coordinator() {
  StopLeasing();
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  changed_.notify_all();
  if (writer_.joinable()) writer_.join();
  if (clock_.joinable()) clock_.join();
}

// Runs one call at the desk, with the time of its entry; then gives the answers, without the lock.
void Coordinator::Enter(const std::function<void(Desk&, absl::Duration now)>& call) {
  std::vector<std::function<void()>> answers;
  bool has_updates = false;
  {
    const std::lock_guard lock(mutex_);
    call(desk_, Now());
    has_updates = !desk_.IsSettled();
    answers = desk_.TakeAnswers();
    // With the lock: between the look whether a blob is there and the decision that follows, none goes away.
    for (const Digest& digest : desk_.TakeUnread()) store_.Remove(digest);
    for (const std::string& alarm : desk_.TakeAlarms()) spdlog::critical("{}", alarm);
    for (const std::string& note : desk_.TakeNotes()) spdlog::info("{}", note);
  }
  if (has_updates) changed_.notify_all();
  for (const auto& answer : answers) answer();
}

// Everything that came while the last batch was written is the next batch: one transaction, one sync.
void Coordinator::WriteJournal() {
  while (true) {
    std::vector<Update> updates;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return is_over_ || !desk_.IsSettled(); });
      if (is_over_ && desk_.IsSettled()) return;
      updates = desk_.TakeUpdates(UnixMs());
    }
    const absl::Status written = journal_.Append(updates);
    if (absl::IsResourceExhausted(written)) {
      spdlog::error("the journal cannot be written: {}", std::string(written.message()));
    } else if (!written.ok()) {
      // What a failed sync left on the disk nobody knows. A start reads it; to go on would be to guess.
      spdlog::critical("the journal cannot be trusted any more: {}", std::string(written.message()));
      spdlog::shutdown();
      std::_Exit(EXIT_FAILURE);
    }
    Enter([&](Desk& desk, absl::Duration now) { desk.Settle(written, now); });
  }
}

void Coordinator::WatchClock() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (changed_.wait_for(lock, kTick, [this] { return is_over_; })) return;
    }
    Enter([&](Desk& desk, absl::Duration now) {
      const int64_t free_bytes = store_.FreeBytes();
      desk.NoteStoreTrouble(free_bytes == 0 ? "the disk of the farm's store is full" : "");
      desk.Tick(now, free_bytes);
    });
  }
}

std::vector<Digest> Coordinator::MissingOf(const std::set<Digest, DigestLess>& digests) {
  std::vector<Digest> wanted;
  std::copy_if(digests.begin(), digests.end(), std::back_inserter(wanted), IsValid);
  std::vector<Digest> missing;
  const absl::StatusOr<std::vector<MissingBlob>> found = store_.FindMissing(wanted);
  if (!found.ok()) return wanted;
  for (const MissingBlob& one : *found) missing.push_back(one.digest());
  return missing;
}

void Coordinator::Submit(SubmitRequest request, Answer<SubmitResponse> answer) {
  if (!IsOrderId(request.order())) {
    return answer(absl::InvalidArgumentError(
        fmt::format("{} is no order id: a letter, then 7 to 31 letters and digits, lower case",
                    Quoted(request.order()))));
  }
  if (HasUnknownFields(request.album())) {
    return answer(absl::InvalidArgumentError(
        "the album says things that this farm is too old to know; update its coordinator and workers"));
  }
  request.DiscardUnknownFields();
  Order order;
  order.set_id(request.order());
  order.set_request_sha256(IdentityOf(request));
  if (IsKnown(order.id())) return SubmitPlanned(order, answer);  // accepted once is accepted for ever
  absl::StatusOr<RenderPlan> plan = PlanOf(request);
  if (!plan.ok()) return answer(plan.status());
  *order.mutable_plan() = *std::move(plan);
  order.set_bundling(Bundling_IsValid(request.bundling()) ? request.bundling() : BUNDLING_FARM);
  *order.mutable_album() = std::move(*request.mutable_album());
  order.set_spec_text(std::move(*request.mutable_spec_text()));
  order.set_submitted_unix_ms(UnixMs());
  SubmitPlanned(order, answer);
}

bool Coordinator::IsKnown(const std::string& order) {
  const std::lock_guard lock(mutex_);
  return desk_.book().Find(order) != nullptr;
}

void Coordinator::SubmitPlanned(const Order& order, const Answer<SubmitResponse>& answer) {
  std::set<Digest, DigestLess> sources;
  for (const Source& source : order.plan().sources()) sources.insert(source.digest());
  SubmitResponse response;
  int64_t missing_bytes = 0;
  for (const Digest& digest : MissingOf(sources)) {
    *response.add_missing() = digest;
    missing_bytes += digest.size_bytes();
  }
  const std::vector<std::string> gone = GoneResults(order);
  Enter([&](Desk& desk, absl::Duration now) {
    const int64_t free_bytes = store_.FreeBytes() - missing_bytes;
    if (response.missing().empty()) return desk.Submit(order, gone, free_bytes, now, answer);
    // Nothing is accepted; but whoever has to send gigabytes wants to know first whether there is room.
    desk.MakeRoomFor(order, free_bytes, response, answer);
  });
}

// Jobs of the order that are said to be done, and whose blobs are not there any more.
std::vector<std::string> Coordinator::GoneResults(const Order& order) {
  std::map<std::string, std::vector<Digest>> outputs;
  {
    const std::lock_guard lock(mutex_);
    for (const PlannedJob& job : order.plan().jobs()) {
      const JobResult* result = desk_.book().ResultOf(job.key());
      if (result == nullptr) continue;
      for (const Rendered& output : result->outputs()) outputs[job.key()].push_back(output.digest());
    }
  }
  std::vector<std::string> gone;
  for (const auto& [key, digests] : outputs) {
    if (!MissingOf({digests.begin(), digests.end()}).empty()) gone.push_back(key);
  }
  return gone;
}

void Coordinator::Status(const OrderRequest& request, Answer<OrderStatus> answer) {
  Enter([&](Desk& desk, absl::Duration) { desk.Status(request.order(), answer); });
}

void Coordinator::List(const ListRequest&, Answer<ListResponse> answer) {
  Enter([&](Desk& desk, absl::Duration) { desk.List(answer); });
}

void Coordinator::Cancel(const OrderRequest& request, Answer<OrderStatus> answer) {
  Enter([&](Desk& desk, absl::Duration) { desk.Cancel(request.order(), answer); });
}

void Coordinator::Pause(const OrderRequest& request, Answer<OrderStatus> answer) {
  Enter([&](Desk& desk, absl::Duration) { desk.Pause(request.order(), answer); });
}

void Coordinator::Resume(const OrderRequest& request, Answer<OrderStatus> answer) {
  Enter([&](Desk& desk, absl::Duration) { desk.Resume(request.order(), answer); });
}

void Coordinator::GetPackage(const OrderRequest& request, Answer<Package> answer) {
  Enter([&](Desk& desk, absl::Duration) { desk.GetPackage(request.order(), answer); });
}

void Coordinator::ListWorkers(const ListWorkersRequest&, Answer<ListWorkersResponse> answer) {
  Enter([&](Desk& desk, absl::Duration) { desk.ListWorkers(answer); });
}

void Coordinator::Drain(const DrainRequest& request, Answer<WorkerStatus> answer) {
  Enter([&](Desk& desk, absl::Duration) { desk.Drain(request.worker(), answer); });
}

void Coordinator::WatchFrom(const std::string& order, int64_t seen, Answer<Seen> answer) {
  Enter([&](Desk& desk, absl::Duration now) { desk.WatchFrom(order, seen, now, answer); });
}

void Coordinator::Acquire(const AcquireRequest& request, Answer<AcquireResponse> answer) {
  Enter([&](Desk& desk, absl::Duration now) { desk.Acquire(request, now, answer); });
}

void Coordinator::StopWaiting(const AcquireRequest& request) {
  Enter([&](Desk& desk, absl::Duration) { desk.StopWaiting(request.worker(), request.number()); });
}

void Coordinator::Renew(const RenewRequest& request, Answer<RenewResponse> answer) {
  Enter([&](Desk& desk, absl::Duration now) { desk.Renew(request, now, answer); });
}

void Coordinator::Complete(CompleteRequest request, Answer<CompleteResponse> answer) {
  request.DiscardUnknownFields();  // what a newer worker measures is nothing to us
  std::set<Digest, DigestLess> outputs;
  for (const JobResult& result : request.results()) {
    for (const Rendered& output : result.outputs()) outputs.insert(output.digest());
  }
  Enter([&](Desk& desk, absl::Duration now) { desk.Complete(request, MissingOf(outputs), now, answer); });
}

void Coordinator::Release(ReleaseRequest request, Answer<ReleaseResponse> answer) {
  request.mutable_reason()->resize(std::min<size_t>(request.reason().size(), kMostReasonBytes));
  request.set_reason(Printable(request.reason()));
  if (request.cause() != ReleaseRequest::given_back) {
    spdlog::warn("worker {} gives a lease back: {}: {}", request.worker().name(),
                 ReleaseRequest::Cause_Name(request.cause()), request.reason());
  }
  Enter([&](Desk& desk, absl::Duration now) {
    desk.Release(request, MissingOf({request.lost().begin(), request.lost().end()}), now, answer);
  });
}

void Coordinator::BlobLost(const Digest& digest) {
  Enter([&](Desk& desk, absl::Duration) {
    if (!MissingOf({digest}).empty()) desk.BlobLost(digest);  // it may have come meanwhile
  });
}

bool Coordinator::MakeRoom(int64_t bytes) {
  bool is_made = false;
  Enter([&](Desk& desk, absl::Duration) { is_made = desk.MakeRoom(bytes, store_.FreeBytes()); });
  return is_made;
}

void Coordinator::StopLeasing() {
  Enter([](Desk& desk, absl::Duration) { desk.StopLeasing(); });
}

}  // namespace trackout
