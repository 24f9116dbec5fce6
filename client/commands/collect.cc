// trackout collect: the package of a done order, fetched, verified, renamed into place.
#include "client/package/collect.h"

#include <chrono>
#include <deque>
#include <thread>

#include "client/commands.h"
#include "client/commands/at_farm.h"
#include "client/commands/following.h"
#include "client/commands/place.h"
#include "client/commands/speech.h"
#include "client/farm/farm_tables.h"
#include "client/farm/moving.h"
#include "client/tables.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

// Times that a farm may lose a blob of one package; a disk that loses more is to be looked at.
constexpr int kMostRounds = 3;
constexpr auto kBetweenLooks = std::chrono::milliseconds(50);
// A coordinator that has just found the damage may need this long to write it into its book.
constexpr auto kBookTime = std::chrono::milliseconds(500);

Place PlaceOf(const Package& package, const CollectOptions& options) {
  Place place;
  place.out = options.out;
  place.folder = package.folder();
  place.album_text = TextOf(package, "data/album.yaml");
  place.paths = PathsOf(package);
  place.existing = options.existing;
  place.nothing_to_do = "nothing to collect";
  return place;
}

int64_t TextBytes(const Package& package) {
  int64_t bytes = 0;
  for (const PackageText& text : package.texts()) bytes += static_cast<int64_t>(text.text().size());
  return bytes;
}

// Files that an earlier collect fetched are hashed once more: who was killed did not sync them. What is wrong
// is missing from then on.
void LookThrough(const std::vector<Digest>& blobs, FileStore& store, const std::atomic<bool>& stop) {
  for (const Digest& blob : blobs) {
    if (stop) return;
    store.PathOf(blob).status().IgnoreError();
  }
}

absl::Status CheckRoomFor(const Package& package, FileStore& store, const Staging& staging) {
  const absl::StatusOr<int64_t> to_fetch = BytesToMove(store, BlobsOf(package));
  if (!to_fetch.ok()) return to_fetch.status();
  return CheckRoom(staging, *to_fetch + CopiedBytes(package) + TextBytes(package), "the package");
}

// Fetches what is not there yet; the blobs that the farm has lost.
absl::StatusOr<std::vector<Digest>> FetchBlobs(const Package& package, Farm& farm, FileStore& store,
                                               const std::atomic<bool>& stop) {
  const absl::StatusOr<BlobStore*> from = farm.Blobs();
  if (!from.ok()) return from.status();
  const std::vector<Digest> blobs = BlobsOf(package);
  std::deque<SongProgress> fetching(1);
  fetching.front().title = "fetching";
  fetching.front().steps = Steps::kBytes;
  int64_t there_bytes = 0;
  absl::StatusOr<Moved> moved = [&] {
    const bool draws = ProgressStyleOfStderr() == ProgressStyle::kBars;
    ProgressDisplay display(fetching, draws ? ProgressStyle::kBars : ProgressStyle::kQuiet);
    farm.SpeakBy([&display](const std::string& line) { display.Say(line); });
    absl::StatusOr<Moved> result = MoveBlobs(**from, store, blobs, farm, stop, fetching.front(),
                                             [&](int64_t to_move) { there_bytes = SizeOf(blobs) - to_move; });
    farm.SpeakBy(nullptr);
    return result;
  }();
  if (!moved.ok()) return moved.status();
  Say(fmt::format("fetched {}, {} was there already\n", SizeText(moved->bytes), SizeText(there_bytes)));
  return std::move(moved->lost);
}

// The coordinator renders again what its store has lost, by itself: this waits for it. The same jobs give the
// same bytes, so the package stays what it was.
absl::Status WaitForRepair(Farm& farm, const std::string& order, size_t lost, const std::atomic<bool>& stop) {
  Say(fmt::format("{} damaged in the farm's store; waiting until it is rendered again\n",
                  lost == 1 ? "1 file is" : fmt::format("{} files are", lost)));
  const auto until = std::chrono::steady_clock::now() + kBookTime;
  while (!stop && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(kBetweenLooks);
  const absl::StatusOr<OrderStatus> ended = FollowOrder(farm, order, Until::kEnded);
  if (!ended.ok()) return ended.status();
  if (ended->state() == OrderStatus::done) return absl::OkStatus();
  return absl::InternalError(WhyNotDone(*ended));
}

absl::Status FetchPackage(const Package& package, Farm& farm, const std::string& order, FileStore& store,
                          const std::atomic<bool>& stop) {
  for (int round = 1;; ++round) {
    const absl::StatusOr<std::vector<Digest>> lost = FetchBlobs(package, farm, store, stop);
    if (!lost.ok()) return lost.status();
    if (lost->empty()) return absl::OkStatus();
    if (round == kMostRounds) {
      return absl::DataLossError(fmt::format(
          "order {}: {} damaged in the farm's store again and again; look at the coordinator's disk, then "
          "collect again",
          order, Counted(static_cast<int>(lost->size()), "file")));
    }
    absl::Status repaired = WaitForRepair(farm, order, lost->size(), stop);
    if (!repaired.ok()) return repaired;
  }
}

absl::Status FetchInto(const Package& package, Farm& farm, const std::string& order, Staging& staging,
                       const std::atomic<bool>& stop) {
  absl::StatusOr<std::unique_ptr<FileStore>> store = FileStore::Open(staging.blobs(), Durability::kStaged);
  if (!store.ok()) return store.status();
  LookThrough(BlobsOf(package), **store, stop);
  if (stop) return absl::CancelledError("stopped");
  if (absl::Status room = CheckRoomFor(package, **store, staging); !room.ok()) return room;
  if (absl::Status fetched = FetchPackage(package, farm, order, **store, stop); !fetched.ok()) return fetched;
  return AssemblePackage(package, **store, staging.package());
}

ExitCode CollectPackage(const Package& package, Farm& farm, const std::string& order,
                        const CollectOptions& options, const std::atomic<bool>& stop) {
  const Place place = PlaceOf(package, options);
  absl::StatusOr<std::unique_ptr<Staging>> staging = Staging::OfOrder(options.out, order, stop, [&] {
    Say(fmt::format("another trackout collects order {} into {}; waiting for it\n", order, options.out));
  });
  if (!staging.ok()) {
    return Fail(absl::IsFailedPrecondition(staging.status()) ? kUsage : kRenderFailed, staging.status());
  }
  const absl::StatusOr<Standing> standing = LookAt(place, stop);
  if (absl::IsCancelled(standing.status())) (*staging)->Keep();
  if (!standing.ok()) return FailAt(place, standing.status());
  if (*standing == Standing::kWhole && place.existing == Existing::kKeep)
    return TellStanding(place, options.output);
  const absl::Status fetched = FetchInto(package, farm, order, **staging, stop);
  if (stop || absl::IsUnavailable(fetched)) {
    (*staging)->Keep();
    Say("what was fetched is kept; collect again to fetch the rest\n");
  }
  if (absl::IsUnavailable(fetched)) return FailAtFarm(fetched);
  if (!fetched.ok()) return FailAt(place, fetched);
  return PutIntoPlace(place, *standing, package.manifest(), options.output, **staging, stop);
}

}  // namespace

ExitCode CollectOrder(Farm& farm, const std::string& order, const std::string& farm_address,
                      const CollectOptions& options, const std::atomic<bool>& stop) {
  const absl::StatusOr<OrderStatus> status = farm.Status(order);
  if (!status.ok()) return FailOfOrder(order, farm_address, status.status());
  if (!HasEnded(status->state())) {
    return Fail(kUsage, absl::FailedPreconditionError(
                            fmt::format("order {} is still {}; watch it first: trackout watch {}", order,
                                        OrderStatus::State_Name(status->state()), order)));
  }
  if (status->state() != OrderStatus::done)
    return Fail(kRenderFailed, absl::InternalError(WhyNotDone(*status) + "; there is nothing to collect"));
  const absl::StatusOr<Package> package = farm.GetPackage(order);
  if (!package.ok()) return FailOfOrder(order, farm_address, package.status());
  if (absl::Status paths = CheckPackagePaths(*package); !paths.ok()) return Fail(kRenderFailed, paths);
  return CollectPackage(*package, farm, order, options, stop);
}

ExitCode CollectCommand(const OrderOptions& options, const std::string& address,
                        const std::atomic<bool>& stop) {
  if (absl::Status named = CheckOrderId(options.order); !named.ok()) return FailAtFarm(named);
  const absl::StatusOr<std::unique_ptr<Farm>> farm = FindFarm(address, stop);
  if (!farm.ok()) return FailAtFarm(farm.status());
  return CollectOrder(**farm, options.order, address, {options.out, options.existing, options.output}, stop);
}

}  // namespace trackout
