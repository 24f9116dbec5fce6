// trackout submit: an album becomes an order. The sources that the farm does not have are uploaded first,
// from where an earlier try stopped; so the command can be repeated until it succeeds.
#include <stdlib.h>

#include <deque>
#include <filesystem>
#include <set>

#include "absl/cleanup/cleanup.h"
#include "client/commands.h"
#include "client/commands/at_farm.h"
#include "client/commands/following.h"
#include "client/commands/prepared.h"
#include "client/commands/speech.h"
#include "client/farm/farm_tables.h"
#include "client/farm/moving.h"
#include "client/package/staging.h"
#include "client/tables.h"
#include "core/json.h"
#include "core/order_id.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

// Orders of one album that were canceled or failed.
constexpr int kMostTries = 1000;
// Times that a farm may ask for sources that it has just been given.
constexpr int kMostUploads = 3;

// A store that has the album's sources, and a folder that is not used: adopted files stay where they lie.
class SourceStore {
 public:
  static absl::StatusOr<std::unique_ptr<SourceStore>> Open(const Ingested& ingested) {
    std::error_code error;
    std::string folder = (std::filesystem::temp_directory_path(error) / "trackout-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) return absl::ErrnoToStatus(errno, "cannot make " + folder);
    std::unique_ptr<SourceStore> sources(new SourceStore(folder));
    absl::StatusOr<std::unique_ptr<FileStore>> store = FileStore::Open(folder, Durability::kCached);
    if (!store.ok()) return store.status();
    sources->store_ = *std::move(store);
    AdoptSources(ingested, *sources->store_);
    return sources;
  }
  ~SourceStore() {
    std::error_code error;
    store_ = nullptr;
    std::filesystem::remove_all(folder_, error);
  }

  BlobStore& store() { return *store_; }

 private:
  explicit SourceStore(std::string folder) : folder_(std::move(folder)) {}

  const std::string folder_;
  std::unique_ptr<FileStore> store_;
};

std::string RateText(int64_t bytes, std::chrono::duration<double> time) {
  const double seconds = std::max(time.count(), 1e-3);
  return fmt::format("{} in {:.1f} s, {}/s", SizeText(bytes), seconds,
                     SizeText(static_cast<int64_t>(static_cast<double>(bytes) / seconds)));
}

int64_t SourceBytes(const Ingested& ingested) {
  std::set<std::string> seen;
  int64_t bytes = 0;
  for (const SourceFile& file : ingested.files) {
    if (seen.insert(file.digest.sha256()).second) bytes += file.digest.size_bytes();
  }
  return bytes;
}

absl::StatusOr<Moved> MoveSources(BlobStore& sources, BlobStore& to, const std::vector<Digest>& missing,
                                  const Ingested& ingested, Farm& farm, const std::atomic<bool>& stop) {
  std::deque<SongProgress> uploading(1);
  uploading.front().title = "uploading sources";
  uploading.front().steps = Steps::kBytes;
  const bool draws = ProgressStyleOfStderr() == ProgressStyle::kBars;
  ProgressDisplay display(uploading, draws ? ProgressStyle::kBars : ProgressStyle::kQuiet);
  farm.SpeakBy([&display](const std::string& line) { display.Say(line); });
  const absl::Cleanup silence = [&farm] { farm.SpeakBy(nullptr); };
  return MoveBlobs(sources, to, missing, farm, stop, uploading.front(), [&](int64_t to_move) {
    display.Say(fmt::format("uploading {} of {}; {} is at the farm already",
                            Counted(static_cast<int>(missing.size()), "source"), SizeText(to_move),
                            SizeText(SourceBytes(ingested) - to_move)));
  });
}

absl::Status Upload(const std::vector<Digest>& missing, const Ingested& ingested, Farm& farm,
                    const std::atomic<bool>& stop) {
  const auto begin = std::chrono::steady_clock::now();
  const absl::StatusOr<BlobStore*> to = farm.Blobs();
  if (!to.ok()) return to.status();
  const absl::StatusOr<std::unique_ptr<SourceStore>> sources = SourceStore::Open(ingested);
  if (!sources.ok()) return sources.status();
  const absl::StatusOr<Moved> moved = MoveSources((*sources)->store(), **to, missing, ingested, farm, stop);
  if (!moved.ok()) return moved.status();
  absl::Status unchanged = CheckUnchanged(ingested, Meanwhile::kUploaded);
  if (!unchanged.ok()) return unchanged;
  if (!moved->lost.empty())
    return absl::DataLossError(
        "a source does not have the bytes any more that were read of it; submit again");
  Say(fmt::format("uploaded {}\n", RateText(moved->bytes, std::chrono::steady_clock::now() - begin)));
  return absl::OkStatus();
}

// Submits until nothing is missing.
absl::StatusOr<OrderStatus> SubmitAndUpload(const SubmitRequest& request, const Ingested& ingested,
                                            Farm& farm, const std::atomic<bool>& stop) {
  for (int uploads = 0; uploads <= kMostUploads; ++uploads) {
    const absl::StatusOr<SubmitResponse> response = farm.Submit(request);
    if (!response.ok()) return response.status();
    if (response->has_status()) return response->status();
    const std::vector<Digest> missing(response->missing().begin(), response->missing().end());
    if (absl::Status uploaded = Upload(missing, ingested, farm, stop); !uploaded.ok()) return uploaded;
  }
  return absl::InternalError("the farm loses the sources that it is given; look at the coordinator's disk");
}

// An order that has ended without a package is not the one that is wanted now, unless it was named.
absl::StatusOr<OrderStatus> PlaceOrder(SubmitRequest& request, const std::string& named,
                                       const Ingested& ingested, Farm& farm, const std::atomic<bool>& stop) {
  for (int number = 1; number <= kMostTries; ++number) {
    request.set_order(named.empty() ? DerivedOrderId(request, number) : named);
    absl::StatusOr<OrderStatus> status = SubmitAndUpload(request, ingested, farm, stop);
    if (!status.ok() || !named.empty()) return status;
    if (status->state() != OrderStatus::canceled && status->state() != OrderStatus::failed) return status;
  }
  return absl::ResourceExhaustedError(fmt::format(
      "this album was canceled or has failed {} times; name the next order with --order", kMostTries));
}

ExitCode FailSubmit(const SubmitRequest& request, const absl::Status& status) {
  if (absl::IsInvalidArgument(status) || absl::IsDataLoss(status)) return Fail(kAlbumWrong, status);
  if (!absl::IsAlreadyExists(status)) return FailAtFarm(status);
  return Fail(kUsage, absl::AlreadyExistsError(fmt::format(
                          "order {} is there already, of another album or of another state of this one; name "
                          "another with --order, or leave it out",
                          request.order())));
}

// What stdout carries: the id first, alone on its line, as soon as the order is accepted; with --json, one
// document at the end.
ExitCode AfterSubmit(const OrderStatus& accepted, Output output, const SubmitOptions& submit, Farm& farm,
                     const std::string& address, const std::atomic<bool>& stop) {
  const std::string& order = accepted.order();
  if (output == Output::kTable) {
    const ExitCode told = GiveResult(order + "\n", kDone);
    if (told != kDone) return told;
  }
  const std::string ended_already = HasEnded(accepted.state()) ? WhyNotDone(accepted) : "";
  if (!ended_already.empty()) {
    return Fail(CodeOfEnd(accepted),
                absl::FailedPreconditionError(ended_already + "; submit the album under another id"));
  }
  if (submit.wait == Wait::kNo) return output == Output::kJson ? GiveResult(ToJson(accepted), kDone) : kDone;
  const absl::StatusOr<OrderStatus> ended = FollowOrder(farm, order, Until::kEnded);
  if (stop) Say(fmt::format("order {} goes on; trackout watch shows it again\n", order));
  if (!ended.ok()) return FailOfOrder(order, address, ended.status());
  const std::string why = WhyNotDone(*ended);
  if (!why.empty()) Fail(kRenderFailed, absl::InternalError(why));
  if (ended->state() == OrderStatus::done && !submit.out.empty())
    return CollectOrder(farm, order, address, {submit.out, submit.existing, output}, stop);
  return GiveResult(output == Output::kJson ? ToJson(*ended) : OrderText(*ended, absl::LocalTimeZone()),
                    CodeOfEnd(*ended));
}

}  // namespace

ExitCode SubmitCommand(const AlbumOptions& options, const SubmitOptions& submit, const std::string& address,
                       const std::atomic<bool>& stop) {
  if (!submit.order.empty()) {
    if (absl::Status named = CheckOrderId(submit.order); !named.ok()) return FailAtFarm(named);
  }
  absl::StatusOr<Prepared> prepared = ReadAlbum(options);
  if (!prepared.ok()) return Fail(kAlbumWrong, prepared.status());
  std::unique_ptr<Farm> farm;
  if (!HasErrors(prepared->findings)) {
    // The farm and the folder first: nobody wants to hear after an hour of reading that they are not there.
    absl::StatusOr<std::unique_ptr<Farm>> found = FindFarm(address, stop);
    if (!found.ok()) return FailAtFarm(found.status());
    farm = *std::move(found);
    const absl::Status usable =
        submit.out.empty() ? absl::OkStatus() : Staging::Create(submit.out, stop).status();
    if (!usable.ok()) return Fail(absl::IsFailedPrecondition(usable) ? kUsage : kRenderFailed, usable);
  }
  if (absl::Status planned = LookAndPlan(Digests::kAll, options.remembering, stop, *prepared);
      !planned.ok()) {
    return Fail(kAlbumWrong, planned);
  }
  Say(FindingsText(prepared->findings));
  if (HasErrors(prepared->findings)) return kAlbumWrong;
  SubmitRequest request = RequestOf(*prepared, submit.bundling);
  const absl::StatusOr<OrderStatus> accepted =
      PlaceOrder(request, submit.order, prepared->ingested, *farm, stop);
  if (!accepted.ok()) return FailSubmit(request, accepted.status());
  return AfterSubmit(*accepted, options.output, submit, *farm, address, stop);
}

}  // namespace trackout
